"""x."""


def plot_hazards(*a):
    pass
