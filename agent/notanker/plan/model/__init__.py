"""The plan's files as structures: field names and rules are those of the plan format, version 1.

What the format asks for is required here, or asked for by `plan/records.py` where its lack must not cost
the record; what only an audit asks for is optional.
"""

from notanker.plan.model.head import FORMAT, MANDATORY, RESOURCES, Head, Text, Trigger
from notanker.plan.model.people import Contact, Role, dialled
from notanker.plan.model.systems import PlanSystem, Service, SystemText
from notanker.plan.model.telling import (
    Agreed,
    Announcement,
    Bridge,
    Escalation,
    Limits,
    Notice,
    Quiet,
    Step,
    Updates,
)
from notanker.plan.model.texts import (
    Asset,
    Brand,
    Form,
    FormHead,
    Measure,
    MeasureHead,
    Page,
    PageHead,
    Scenario,
    ScenarioHead,
    Template,
    TemplateHead,
)
from notanker.plan.model.upkeep import Action, Drill, Planned, Programme, Risk
from notanker.plan.model.whole import Plan

__all__ = [
    "FORMAT",
    "MANDATORY",
    "RESOURCES",
    "Action",
    "Agreed",
    "Announcement",
    "Asset",
    "Brand",
    "Bridge",
    "Contact",
    "Drill",
    "Escalation",
    "Form",
    "FormHead",
    "Head",
    "Limits",
    "Measure",
    "MeasureHead",
    "Notice",
    "Page",
    "PageHead",
    "Plan",
    "PlanSystem",
    "Planned",
    "Programme",
    "Quiet",
    "Risk",
    "Role",
    "Scenario",
    "ScenarioHead",
    "Service",
    "Step",
    "SystemText",
    "Template",
    "TemplateHead",
    "Text",
    "Trigger",
    "Updates",
    "dialled",
]
