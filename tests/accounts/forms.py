"""Forms of batches, guides and payments as a browser posts them."""


def batch_form(of, number="L-01", **more) -> dict:
    return {"provider": of.id, "number": number, "received_on": "2026-03-10", "state": "received", "total": "",
            **more}


def guide_form(of, number="G-01", **more) -> dict:
    return {"provider": of.id, "batch": "", "number": number, "issued_on": "2026-03-10", "state": "requested",
            "beneficiary": "Maria das Dores", "total": "10,00", **more}


def payment_form(of, document="DOC-1", **more) -> dict:
    return {"provider": of.id, "batch": "", "document": document, "paid_on": "2026-03-10", "amount": "500,00", **more}
