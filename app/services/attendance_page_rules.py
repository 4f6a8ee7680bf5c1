"""What a detail page of an attendance must satisfy; mixed into the check of the record that it belongs to."""
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..models.attendance import AttendanceDetail, Direction
from ..models.classification import Channel
from ..models.entity import EntityContact
from ..models.product import Product, ProductInformation, holds_for
from ..security.visibility import visible
from .validity import day_in

TEXT_LIMIT = 20_000
LIMITS = {"title": 200, "local_note": 500, "description": TEXT_LIMIT, "answer": TEXT_LIMIT, "note": 500,
          "lot_number": 60, "serial_number": 60}
PAGE_TEXTS = ("description", "answer", "note", "lot_number", "serial_number")
PAGE_FIELDS = ("channel_id", "direction", "received_at", "contact_id", "manufactured_on", "expires_on", *PAGE_TEXTS)
EARLIEST_YEAR = 1950  # what is before it is a slip of the finger
REQUIRED = _l("This field is required.")
NOT_A_CHOICE = _l("Not a valid choice.")


class PageRules:
    """The part of a check that looks at one page."""

    def page(self, page: AttendanceDetail | None, detail) -> dict:
        """The values of a page, ready to be set; names left out stay as they are on an existing page."""
        ready = {name: detail[name] for name in PAGE_FIELDS if name in detail and not name.endswith("_id")}
        if page is None or "direction" in detail:
            ready["direction"] = detail.get("direction") or Direction.RECEPTIVE.value
            if ready["direction"] not in tuple(Direction):
                self.refuse("direction", NOT_A_CHOICE)
        if page is None or "channel_id" in detail:
            ready |= self.channel(page, detail.get("channel_id"))
        if (page is None or "description" in detail) and not (detail.get("description") or "").strip():
            self.refuse("description", REQUIRED)
        for name in PAGE_TEXTS:
            self.length(name, detail.get(name))
        if "contact_id" in detail:
            ready |= self.contact(page, detail["contact_id"])
        if "product_id" in detail:
            ready |= self.product(page, detail["product_id"])
        if "information_ids" in detail:
            ready |= self.information(page, detail["information_ids"] or ())
        self.dates(detail)
        return ready

    def channel(self, page, pk) -> dict:
        if pk is None:
            self.refuse("channel_id", REQUIRED)
            return {}
        channel = self.row(Channel, pk)
        if channel is None or not (channel.active or page is not None and page.channel_id == pk):
            self.refuse("channel_id", NOT_A_CHOICE)
        return {"channel": channel}

    def contact(self, page, pk) -> dict:
        if pk is None or page is not None and page.contact_id == pk:
            return {} if pk is not None else {"contact": None}
        contact = self.row(EntityContact, pk)
        own = contact is not None and self.entity is not None and contact.entity_id == self.entity.id
        if not own or not contact.active:
            self.refuse("contact_id", _l("The contact is not one of this entity's."))
        return {"contact": contact}

    def product(self, page, pk) -> dict:
        if pk is None or page is not None and page.product_id == pk:
            return {} if pk is not None else {"product": None}
        product = self.session.scalar(
            select(Product).where(Product.id == pk, Product.active, visible(Product, self.actor)))
        if product is None:
            self.refuse("product_id", NOT_A_CHOICE)
        return {"product": product}

    def information(self, page, ids) -> dict:
        """What is linked already may stay; what is new hangs on the record's motive, or on its occurrence (S-53)."""
        kept = {row.id: row for row in page.information} if page is not None else {}
        new = [pk for pk in dict.fromkeys(ids) if pk not in kept]
        motive, occurrence = self.classified("motive"), self.classified("occurrence")
        if new and motive is None:
            self.refuse("information_ids", _l("Choose the motive first"))
            return {}
        found = {row.id: row for row in self.session.scalars(select(ProductInformation).where(
            ProductInformation.id.in_(new), ProductInformation.active, visible(ProductInformation, self.actor),
            holds_for(motive, occurrence)))} if new else {}
        if len(found) < len(new):
            self.refuse("information_ids", _l(
                "This information is not linked to the motive and occurrence of the attendance. If you have just "
                "changed them, confirm the attendance first."))
        return {"information": [row for pk in dict.fromkeys(ids) if (row := kept.get(pk) or found.get(pk))]}

    def classified(self, name) -> int | None:
        """The id of the motive or occurrence that the record will have."""
        if name not in self.ready:
            return self.kept(name + "_id")
        return self.ready[name].id if self.ready[name] is not None else None

    def dates(self, detail) -> None:
        received, made, expires = (detail.get(n) for n in ("received_at", "manufactured_on", "expires_on"))
        for name, value in (("received_at", received), ("manufactured_on", made), ("expires_on", expires)):
            if value is not None and value.year < EARLIEST_YEAR:
                self.refuse(name, _l("Check the year of this date."))
        if received is not None and received > self.now:
            self.refuse("received_at", _l("The date of receipt cannot be in the future."))
        if made and made > self.today():
            self.refuse("manufactured_on", _l("The date of manufacture cannot be in the future."))
        if made and expires and expires < made:
            self.refuse("expires_on", _l("The expiry date cannot be before manufacture."))

    def today(self) -> date:
        """The day it is where the company is."""
        company = self.attendance.company if self.attendance is not None else self.place
        return day_in(company.timezone if company is not None else None, self.now)

    def length(self, name, value) -> None:
        if value and len(value) > LIMITS[name]:
            self.refuse(name, _l("At most %(n)s characters; there are %(have)s."), n=LIMITS[name], have=len(value))
