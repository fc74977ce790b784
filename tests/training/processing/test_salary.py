import pytest

from training.processing.salary import NOTHING, Pay, yearly


def pay(low, high):
    return Pay(low, high)


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("$85,000 - $95,000 a year", 85_000, 95_000),
        ("Between $50,000 and $60,000 annually", 50_000, 60_000),
        ("$95,000–$85,000", 85_000, 95_000),
        ("$50,000.00-$75,000.00", 50_000, 75_000),
        ("60,000 to 70,000 dollars per year", 60_000, 70_000),
        ("$50,000-60,000 per year", 50_000, 60_000),
        ("$ 45 000 per annum", 45_000, 45_000),
        ("$85.000", 85_000, 85_000),
        ("US$60,000", 60_000, 60_000),
        ("$60,000.00/Annually", 60_000, 60_000),
        ("85000", 85_000, 85_000),
        ("A $50,000 salary", 50_000, 50_000),
        # Hours, days, weeks, months.
        ("$25.50/hr", 53_040, 53_040),
        ("25-30 USD per hour", 52_000, 62_400),
        ("$25/hr - $30/hr", 52_000, 62_400),
        ("hourly rate: $20", 41_600, 41_600),
        ("40 hours per week at $20 per hour", 41_600, 41_600),
        ("$20 per hour, 40 hours a week", 41_600, 41_600),
        ("15/hour", 31_200, 31_200),
        ("$15.00 to 17.50", 31_200, 36_400),
        ("$400/day", 104_000, 104_000),
        ("$100 - $150 per diem", 26_000, 39_000),
        ("$500-$700 weekly", 26_000, 36_400),
        ("$2,100 biweekly", 54_600, 54_600),
        ("$1,600 every two weeks", 41_600, 41_600),
        ("$3000 semi-monthly", 72_000, 72_000),
        ("$4,200 monthly", 50_400, 50_400),
        ("$4000/month to $5000/month", 48_000, 60_000),
        # Thousands.
        ("85k–95k", 85_000, 95_000),
        ("$85-95k", 85_000, 95_000),
        ("85-95k", 85_000, 95_000),
        ("60-70k", 60_000, 70_000),
        ("85 to 95k", 85_000, 95_000),
        ("80-95K DOE", 80_000, 95_000),
        ("Salary: 62.5 – 70k", 62_500, 70_000),
        ("salary 85,000-95k", 85_000, 95_000),
        ("level 3 - 85k", 85_000, 85_000),
        ("12 months - 85k", 85_000, 85_000),
        ("2024 - 85k", 85_000, 85_000),
        ("$85K-95", 85_000, 95_000),
        ("$120K/yr + 0.5% equity", 120_000, 120_000),
        ("60k-80k base, OTE 120k", 60_000, 80_000),
        # Ranges with one end.
        ("up to $120,000", None, 120_000),
        ("from $60k", 60_000, None),
        ("$60k+", 60_000, None),
        # As schema.org's parts are written down.
        ("USD 40000-50000 YEAR", 40_000, 50_000),
        ("USD 25.5 HOUR", 53_040, 53_040),
        ("USD 40000-0 YEAR", 40_000, 40_000),
        # When it is paid says nothing of how much a year's is.
        ("$75k (paid biweekly)", 75_000, 75_000),
        ("$75,000 paid monthly", 75_000, 75_000),
        ("$500 paid weekly", 26_000, 26_000),
        # Words in capitals that are currencies beside amounts.
        ("ALL shifts $20/hr, TOP pay", 41_600, 41_600),
        # Other numbers beside the pay.
        ("$70,000 plus 401(k)", 70_000, 70_000),
        ("$5,000 sign-on bonus, $30/hr", 62_400, 62_400),
        ("$18.00 - $22.00/hour DOE, $1,500 bonus", 37_440, 45_760),
        ("Grade 12, $85,000", 85_000, 85_000),
        ("2024: $50,000", 50_000, 50_000),
    ],
)
def test_dollars_a_year(written, low, high):
    assert yearly(written) == pay(low, high)


@pytest.mark.parametrize(
    "written",
    [
        "", "DOE", "competitive", "negotiable $", "HOUR", "$0", "401k match", "10% commission",
        "12345 employees", "$200 annual bonus", "90,000 CAD",
        "INR 900000", "TWD 600000 YEAR", "CZK 50000 MONTH", "600000 THB YEAR",
        "Rs. 50,000 per month", "50,000 kr per month", "15 000 zł per month", "R25 000 pm",
        "$25 per visit", "$100 per shift", "$90/lesson", "$25 per visit, 40 hours per week",
        "€50.000", "£30,000", "€50k", "CA$90,000", "C$45/hour", "12 LPA",
        "$3,500",  # A day's, a week's or a month's?
        "75-80", "100",  # Thousands or hours?
        "USD 85 YEAR", "USD 52000 HOUR", "$9,000,000",  # The unit is wrong, or the amount.
    ],
)  # fmt: skip
def test_what_says_no_pay_in_us_dollars(written):
    assert yearly(written) == NOTHING


def test_dollars_of_a_place_abroad_count_only_where_they_are_called_american():
    assert yearly("$90,000", dollars_are_american=False) == NOTHING
    assert yearly("90000", dollars_are_american=False) == NOTHING
    assert yearly("90,000 USD", dollars_are_american=False) == pay(90_000, 90_000)


def test_only_the_beginning_is_read():
    assert yearly(f"$20 an hour {'12 ' * 100_000}") == pay(41_600, 41_600)
    assert yearly(f"{'12 ' * 100_000} $20 an hour") == NOTHING


@pytest.mark.parametrize(
    "written", ["$" * 20_000, "1," * 20_000, "$1-" * 10_000, "9" * 20_000, "12 " * 20_000]
)
def test_nothing_that_is_written_takes_long(written):
    assert yearly(written) == NOTHING
