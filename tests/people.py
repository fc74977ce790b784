"""A table of invented people and their jobs, without a text: what it has to give is known.

12 people were data analysts, then data scientists; of the latter 6 became machine learning
engineers, 3 IT managers. All were paid, and all have learnt something.
"""

import pandas as pd

SCIENTISTS = 12


def jobs() -> pd.DataFrame:
    """A row a job, the jobs of a person in no order."""
    rows = []
    for i in range(SCIENTISTS):
        state = "CA" if i < 8 else "Texas" if i < 11 else None
        degree = ("M.S.", "Statistics") if i < 7 else ("Bachelor's degree", "Biology")
        degree = ("PhD", None) if i > 9 else degree
        senior = "Senior " if i < 6 else ""
        rows += [
            (f"p{i}", f"{senior}Data Scientist", 2, f"${100 + i},000", state, *degree),
            (f"p{i}", "Data Analyst", 1, f"{60 + i}k", state, *degree),
        ]
        if i < 9:
            title = "Machine Learning Engineer" if i < 6 else "IT Manager"
            rows.append((f"p{i}", title, 3, None, None, None, None))
    columns = ["person", "title", "order", "salary", "state", "education", "field"]
    return pd.DataFrame(rows, columns=columns).assign(description=None)
