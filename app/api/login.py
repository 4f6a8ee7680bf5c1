"""REST sign-in for other systems: the same counters and sources as the form, and the JWT stands on a session row.

At FAB's addresses, with FAB's body and answer (contract, "REST").
"""
from flask import g, jsonify, request
from flask_appbuilder.api import BaseApi, expose
from flask_babel import gettext as _
from flask_jwt_extended import create_access_token, create_refresh_token, get_jwt, jwt_required

from ..database import unit_of_work, utc_now
from ..security import sessions
from ..security.auth_view import too_many
from .base import problem


class LoginApi(BaseApi):
    """In place of FAB's SecurityApi. CSRF-exempt like every FAB API: it reads no cookie."""

    resource_name, version = "security", "v1"
    class_permission_name = "public"
    openapi_spec_tag = "Security"

    @expose("/login", methods=["POST"])
    def login(self):
        """Sign in with a user name and a password.
        ---
        post:
          summary: Sign in
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [username, password]
                  properties:
                    username: {type: string}
                    password: {type: string}
                    provider: {type: string, enum: [db]}
                    refresh: {type: boolean, description: Answer a refresh token too}
          responses:
            200:
              description: Tokens; the access token is good for 15 minutes
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      access_token: {type: string}
                      refresh_token: {type: string}
            400: {description: The body is not a JSON object}
            401: {description: User name or password is wrong}
            422: {description: A field is missing}
            429: {description: Too many attempts}
        """
        data = request.get_json(silent=True)
        if not isinstance(data, dict):
            return problem(400, "bad_request", _("The body must be a JSON object."))
        missing = [name for name in ("username", "password") if not isinstance(data.get(name), str) or not data[name]]
        if missing:
            return problem(422, "invalid", _("Fill in user name and password."),
                           {name: _("This field is required.") for name in missing})
        sm = self.appbuilder.sm
        outcome = sm.authenticate(data["username"], data["password"], via="rest")
        if outcome.name == "limited":
            answer, status = problem(429, "too_many_attempts", too_many(outcome.retry_after))
            return answer, status, {"Retry-After": str(outcome.retry_after)}
        if outcome.name != "ok":
            return problem(401, "unauthorized", _("User name or password is wrong."))
        claims = {"sid": sm.new_session(outcome.user_id, "api")}
        tokens = {"access_token": create_access_token(str(outcome.user_id), additional_claims=claims)}
        if data.get("refresh") is True:
            tokens["refresh_token"] = create_refresh_token(str(outcome.user_id), additional_claims=claims)
        return jsonify(tokens)

    @expose("/refresh", methods=["POST"])
    @jwt_required(refresh=True)
    def refresh(self):
        """A new access token for the same session; an ended session answers 401.
        ---
        post:
          summary: New access token
          security: [{jwt: []}]
          description: The bearer token is the refresh token.
          responses:
            200:
              description: The new token
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      access_token: {type: string}
            401: {description: The token or its session is over}
        """
        data = get_jwt()  # FAB's own refresh drops the claims
        return jsonify(access_token=create_access_token(data["sub"], additional_claims={"sid": data["sid"]}))

    @expose("/logout", methods=["POST"])
    @jwt_required()
    def logout(self):
        """End the session of this token.
        ---
        post:
          summary: Sign out
          security: [{jwt: []}]
          responses:
            204: {description: The session is over; its tokens are void}
            401: {description: The token or its session is over}
        """
        with unit_of_work(self.appbuilder.sm.session) as session:
            sessions.revoke(session, user_id=g.viewer.user_id, now=utc_now(), why="logout", only=g.session_id)
        return "", 204
