"""The simulated room's plan: where everybody stands and walks, edited by hand."""

from workbench.ui.room_plan.panel import PlanPanel

__all__ = ["PlanPanel"]
