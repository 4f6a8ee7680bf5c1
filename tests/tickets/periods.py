"""What the list of the central answers to a period that is none."""
import re

BACKWARDS, HALF = "O fim do período é anterior ao início.", "Informe a data inicial e a data final."


def assert_refused_beside(answer, choice, field, told):
    """The page says `told` beside the day, which names it; `choice` is what the period is chosen by."""
    assert answer.status_code == 422
    assert re.search(rf'aria-describedby="f-{choice}-label f-{field}-err" aria-invalid="true"[^>]*name="{field}"',
                     answer.text)
    assert re.search(rf'id="f-{field}-err"[^>]*>{told}<', answer.text)
