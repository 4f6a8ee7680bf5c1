"""REST over the same services and queries; register() names every resource."""


def register(appbuilder) -> None:
    """Add the resources under /api/v1/."""
    from .attendances import AttendanceApi
    from .classifications import ClassificationApi
    from .login import LoginApi
    from .openapi import OpenApi
    from .persons import PersonApi

    for resource in (LoginApi, AttendanceApi, ClassificationApi, PersonApi, OpenApi):
        appbuilder.add_api(resource)
