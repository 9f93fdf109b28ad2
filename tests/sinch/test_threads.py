"""One client, many threads."""

from concurrent.futures import ThreadPoolExecutor

from tests.sinch.servers import INSTANCE, answer, serving


def test_a_client_is_shared_by_many_threads() -> None:
    with serving(answer(200, [{"number": 7, "capabilities": []}])) as server:
        client = server.client(timeout=20.0)

        def call(turn: int) -> int:
            if turn % 3 == 0:
                return len(client.set_application_numbers(INSTANCE, "key", "voice", [7]).rows)
            return len(client.numbers(INSTANCE, "1"))

        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(call, range(120))) == [1] * 120
    assert len(server.requests) == 120
