"""Penalised Cox models, random survival forest and gradient boosting beside the plan's models."""
