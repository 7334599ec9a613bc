"""The frozen plan is no key of the plan: the workflow compares the files (`crlm.plan.freeze.judge`)."""


def resolve(settings, study):
    """Return the place for what the comparison finds; empty where no plan was frozen."""
    return {}
