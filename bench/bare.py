"""What opening an attendance could cost at least: a bare Flask route that runs the same INSERTs and nothing else."""
import time

from flask import Flask, jsonify, request
from sqlalchemy import create_engine, insert, select, text

from app import database  # noqa: F401 - SQLite's manners: WAL, FULL, BEGIN IMMEDIATE, as the product has them
from app.models.attendance import Attendance, AttendanceDetail
from app.models.log import LogEntry

_COUNTER = text("insert into protocol_counter (kind, year, last) values ('attendance', :year, 1) "
                "on conflict (kind, year) do update set last = protocol_counter.last + 1 returning last")


class Bare:
    """The route over a pattern: the rows that one opening by REST has left."""

    def __init__(self, url: str, protocol: str):
        self.engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), pool_size=4)
        with self.engine.connect() as connection:
            self.case = self._row(connection, Attendance, Attendance.protocol == protocol)
            pk = self.case.pop("id")
            self.page = self._row(connection, AttendanceDetail, AttendanceDetail.attendance_id == pk)
            self.entry = self._row(connection, LogEntry, (LogEntry.target == "attendance") & (LogEntry.target_id == pk))
        self.page.pop("id"), self.entry.pop("id")
        app = Flask("bare")
        app.add_url_rule("/", view_func=self.open, methods=["POST"])
        self.client = app.test_client()

    @staticmethod
    def _row(connection, model, where):
        return dict(connection.execute(select(model.__table__).where(where)).mappings().one())

    def open(self):
        request.get_json()
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            year = self.case["opened_at"].year
            number = connection.execute(_COUNTER, {"year": year}).scalar_one()
            protocol = f"{year}-{number:010d}"
            pk = connection.execute(insert(Attendance.__table__).values({**self.case, "protocol": protocol})
                                    .returning(Attendance.id)).scalar_one()
            connection.execute(insert(AttendanceDetail.__table__).values({**self.page, "attendance_id": pk}))
            connection.execute(insert(LogEntry.__table__).values({**self.entry, "target_id": pk}))
        return jsonify(protocol=protocol), 201

    def rate(self, body: dict, count: int) -> float:
        """Openings a second."""
        started = time.perf_counter()
        for _ in range(count):
            assert self.client.post("/", json=body).status_code == 201
        return count / (time.perf_counter() - started)
