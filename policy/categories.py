"""The vocabulary of a question: identities, situations, reasons. One identifier a legal term, with its Chinese name."""

CATEGORIES = {
    "tekun": "特困人员",
    "orphan": "孤儿",
    "unsupported_child": "事实无人抚养儿童",
    "dibao": "低保对象",
    "dibao_margin": "低保边缘",
    "poverty_return": "返贫致贫人口",
    "unstable_exit": "脱贫不稳定户",
    "at_risk": "边缘易致贫户",
    "sudden_hardship": "突发严重困难户",
    "poverty_exit": "未纳入监测的稳定脱贫人口",
    "severe_disability": "重度残疾人",
    "family_planning": "计划生育家庭",
    "entitled_group": "重点优抚对象",
}
"""Identities that a department determines."""

SITUATIONS = {
    "general": "一般居民",
    "newborn": "新生儿",
    "college_student": "大学生",
    "employee_lapsed": "职工医保断保人员",
    "discharged_soldier": "退役军人及随军未就业配偶",
    "returning_graduate": "应届返乡毕业大学生",
    "released_prisoner": "刑满释放人员",
    "missing_found": "失联后找回人员",
    "returning_migrant": "春节返乡务工人员",
}
"""What opens a special rule of enrolment."""

STUDENTS = {"none": "非在校学生", "school": "中小学生、幼儿", "college": "大学生"}
TIERS = (1, 2)

REFUND_REASONS = {
    "death": "死亡",
    "duplicate": "重复缴费",
    "employee_insurance": "参加职工医保",
    "other_area": "在其他统筹区参保",
    "wrong_place": "非本人原因错缴异地",
    "enlistment": "应征入伍",
    "prison": "服刑",
}

FUND_NAMES = {
    "medical_assistance": "医疗救助资金",
    "central": "中央财政",
    "province": "省级财政",
    "city": "市级财政",
    "county": "县区财政",
    "department": "责任部门",
}
