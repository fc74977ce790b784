import pytest

from training.processing.location import STATES, abroad, state


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("San Francisco, CA", "California"),
        ("Springfield, IL, 62701, US", "Illinois"),
        ("Portland, Oregon 97201-1234", "Oregon"),
        ("Austin TX", "Texas"),
        ("Dallas, TX, United States of America", "Texas"),
        ("Los Angeles Metropolitan Area, CA", "California"),
        # A state's name that is another place's.
        ("Kansas City, MO", "Missouri"),
        ("Indiana, PA", "Pennsylvania"),
        ("Washington, Pennsylvania", "Pennsylvania"),
        ("Fort Washington, MD", "Maryland"),
        ("Ontario, CA", "California"),
        ("Vancouver, WA", "Washington"),
        ("West Virginia", "West Virginia"),
        ("Virginia Beach, VA", "Virginia"),
        ("Arkansas", "Arkansas"),
        ("Albuquerque, New Mexico", "New Mexico"),
        ("New York, New York, US", "New York"),
        # The capital.
        ("Washington, DC", "District of Columbia"),
        ("Washington, D.C.", "District of Columbia"),
        ("Washington DC", "District of Columbia"),
        ("Washington", "Washington"),
        # Other ways to write it.
        ("Charlotte, N.C.", "North Carolina"),
        ("Boston, Mass.", "Massachusetts"),
        ("NYC", "New York"),
        ("CA", "California"),
        ("TX - Dallas", "Texas"),
        ("US-CA-San Jose", "California"),
        ("San Juan, PR", "Puerto Rico"),
        # Two letters that are a word or a country, too.
        ("Indianapolis, IN", "Indiana"),
        ("Dover, DE", "Delaware"),
        ("Portland, OR", "Oregon"),
        # Two towns, of one state.
        ("Minneapolis/St. Paul, MN", "Minnesota"),
        ("Dallas & Fort Worth, TX", "Texas"),
        # From home.
        ("Remote - Texas", "Texas"),
        ("Remote (California)", "California"),
        ("Nashville, Tennessee (Hybrid)", "Tennessee"),
        ("Lancaster, PA or remote", "Pennsylvania"),
        ("United States; Atlanta, GA", "Georgia"),
        # Several places in one state.
        ("Austin, TX; Dallas, TX", "Texas"),
    ],
)
def test_states(written, name):
    assert state(written) == name
    assert not abroad(written)


@pytest.mark.parametrize(
    "written",
    ["", ",,;", "Remote", "Remote, US", "USA", "in", "me", "or", "ca", "Los Angeles",
     "Portland or Seattle", "Austin, TX; Denver, CO", "Philadelphia, PA / Wilmington, DE",
     "Remote (CA, NY, WA)", "TX, OK, AR", "Remote in CA, OR", "St. Louis, MO/IL",
     "New York/New Jersey", "Texas and Oklahoma", "Texas & Oklahoma"],
)  # fmt: skip
def test_no_state_or_several(written):
    assert state(written) is None
    assert not abroad(written)


@pytest.mark.parametrize(
    "written",
    ["Paris, France", "Tbilisi, Georgia, GE", "Toronto, ON, CA", "Toronto, ON, M5V 2T6, CA",
     "London, Ontario, CA", "Vancouver, BC", "Ottawa, Canada", "Pune, Maharashtra, IN",
     "Perth, WA, Australia", "Mexico City, Mexico", "London, England, GB",
     "Munich, Bavaria, 80331, DE", "Milan, MI, 20121, IT", "Palermo, PA, 90100, Italy",
     "Berlin, DE (abroad)", "Tel Aviv, IL (abroad)"],
)  # fmt: skip
def test_places_in_other_countries(written):
    assert state(written) is None
    assert abroad(written)


@pytest.mark.parametrize("code", STATES)
def test_every_state_is_found_by_its_code_and_its_name(code):
    assert state(f"Somewhere, {code}") == state(f"Somewhere, {STATES[code]}") == STATES[code]
