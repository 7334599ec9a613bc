"""x."""


def plot_patterns(*a):
    pass
