from proctor.model.quoting import MOST_LISTED, listed


def test_of_many_names_the_first_ones_are_listed_and_the_rest_counted() -> None:
    names = [f"web.{number}" for number in range(1, 101)]
    assert listed(names[:3]) == "web.1, web.2, web.3"
    assert listed(names[:MOST_LISTED]).endswith(", web.20")
    assert listed(names) == f"{', '.join(names[:MOST_LISTED])} and 80 more"
