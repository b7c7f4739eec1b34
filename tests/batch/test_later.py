"""What is seldom needed of a library is loaded when it is used, and does then what it does anywhere."""

import json
import subprocess
import sys

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure

WARM = """
import json, sys
import thematic.execution.rehearsal
import seaborn as sns
from matplotlib.figure import Figure

parts = ("scipy.stats", "scipy.cluster", "scipy.cluster.hierarchy")
before = [name for name in parts if name in sys.modules]
density = sns.kdeplot(x=[3, 5, 5, 6, 9, 14, 15], cumulative=True, ax=Figure().subplots()).lines[0].get_ydata()
order = sns.clustermap([[1, 9, 2], [2, 8, 1], [7, 1, 9]]).dendrogram_row.reordered_ind
after = [name for name in parts if name in sys.modules]
import scipy.stats
print(json.dumps([before, after, density.tolist(), order, scipy.stats.norm.cdf(0)]))
"""


def test_seaborn_finds_what_is_loaded_later():
    ran = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, check=True)
    before, after, density, order, half = json.loads(ran.stdout)
    usual = sns.kdeplot(x=[3, 5, 5, 6, 9, 14, 15], cumulative=True, ax=Figure().subplots()).lines[0].get_ydata()
    assert (before, after) == ([], ["scipy.stats", "scipy.cluster", "scipy.cluster.hierarchy"])
    assert density == usual.tolist()
    assert order == sns.clustermap([[1, 9, 2], [2, 8, 1], [7, 1, 9]]).dendrogram_row.reordered_ind
    assert half == 0.5
    plt.close("all")
