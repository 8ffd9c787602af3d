"""The printed labels of the forms, for make.py: (row id, cells before the numbers) in printed order."""

COLUMNS = ["natural_person", "enterprise", "research_institute", "public_interest_org", "legal_service", "other_org", "total"]
COLUMN_LABELS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
OUTCOMES = ["upheld", "corrected", "other", "pending", "total"]
OUTCOME_LABELS = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]

# (caption, boxhead, [(row id, label, columns)])
PROACTIVE = {
    "ogi-2019": [
        ("第二十条第（一）项", ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"],
         [("regulations", "规章", "made published public_total"), ("normative_documents", "规范性文件", "made published public_total")]),
        ("第二十条第（五）项", ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"],
         [("licensing", "行政许可", "previous_items change decisions"), ("other_services", "其他对外管理服务事项", "previous_items change decisions")]),
        ("第二十条第（六）项", ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"],
         [("penalties", "行政处罚", "previous_items change decisions"), ("coercion", "行政强制", "previous_items change decisions")]),
        ("第二十条第（八）项", ["信息内容", "上一年项目数量", "本年增/减"], [("fees", "行政事业性收费", "previous_items change")]),
        ("第二十条第（九）项", ["信息内容", "采购项目数量", "采购总金额"], [("procurement", "政府集中采购", "projects amount")]),
    ],
    "ogi-2021": [
        ("第二十条第（一）项", ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
         [("regulations", "规章", "issued repealed in_force"), ("normative_documents", "行政规范性文件", "issued repealed in_force")]),
        ("第二十条第（五）项", ["信息内容", "本年处理决定数量"], [("licensing", "行政许可", "decisions")]),
        ("第二十条第（六）项", ["信息内容", "本年处理决定数量"], [("penalties", "行政处罚", "decisions"), ("coercion", "行政强制", "decisions")]),
        ("第二十条第（八）项", ["信息内容", "本年收费金额（单位：万元）"], [("fees", "行政事业性收费", "amount")]),
    ],
}

RESULT = "三、本年度办理结果"
DENIED, UNAVAILABLE, NOT_HANDLED, OTHER = "（三）不予公开", "（四）无法提供", "（五）不予处理", "（六）其他处理"


def applications(form):
    rows = [
        ("received", ["一、本年新收政府信息公开申请数量"]),
        ("carried_over", ["二、上年结转政府信息公开申请数量"]),
        ("granted", [RESULT, "（一）予以公开"]),
        ("partly_granted", [RESULT, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"]),
        ("denied.state_secret", [RESULT, DENIED, "1.属于国家秘密"]),
        ("denied.legal_prohibition", [RESULT, DENIED, "2.其他法律行政法规禁止公开"]),
        ("denied.security_stability", [RESULT, DENIED, "3.危及“三安全一稳定”"]),
        ("denied.third_party", [RESULT, DENIED, "4.保护第三方合法权益"]),
        ("denied.internal_affairs", [RESULT, DENIED, "5.属于三类内部事务信息"]),
        ("denied.process_information", [RESULT, DENIED, "6.属于四类过程性信息"]),
        ("denied.enforcement_file", [RESULT, DENIED, "7.属于行政执法案卷"]),
        ("denied.administrative_inquiry", [RESULT, DENIED, "8.属于行政查询事项"]),
        ("unavailable.not_held", [RESULT, UNAVAILABLE, "1.本机关不掌握相关政府信息"]),
        ("unavailable.must_be_created", [RESULT, UNAVAILABLE, "2.没有现成信息需要另行制作"]),
        ("unavailable.unclear_after_correction", [RESULT, UNAVAILABLE, "3.补正后申请内容仍不明确"]),
        ("not_handled.petition", [RESULT, NOT_HANDLED, "1.信访举报投诉类申请"]),
        ("not_handled.repeated", [RESULT, NOT_HANDLED, "2.重复申请"]),
        ("not_handled.publication", [RESULT, NOT_HANDLED, "3.要求提供公开出版物"]),
        ("not_handled.excessive", [RESULT, NOT_HANDLED, "4.无正当理由大量反复申请"]),
        ("not_handled.reconfirmation", [RESULT, NOT_HANDLED, "5.要求行政机关确认或重新出具已获取信息"]),
    ]
    if form == "ogi-2019":
        rows.append(("other_handling", [RESULT, OTHER]))
    else:
        rows += [
            ("other_handling.uncorrected", [RESULT, OTHER, "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"]),
            ("other_handling.fee_unpaid", [RESULT, OTHER, "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"]),
            ("other_handling.other", [RESULT, OTHER, "3.其他"]),
        ]
    return rows + [("concluded", [RESULT, "（七）总计"]), ("carried_forward", ["四、结转下年度继续办理"])]


# (row id or None for a heading, label, unit)
STATISTICS = [
    (None, "一、主动公开情况", "——"),
    ("proactive.total", "（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条"),
    ("proactive.normative_documents", "其中：主动公开规范性文件数", "条"),
    ("proactive.normative_issued", "制发规范性文件总数", "件"),
    (None, "（二）通过不同渠道和方式公开政府信息的情况", "——"),
    ("channels.gazette", "1.政府公报公开政府信息数", "条"),
    ("channels.website", "2.政府网站公开政府信息数", "条"),
    ("channels.weibo", "3.政务微博公开政府信息数", "条"),
    ("channels.wechat", "4.政务微信公开政府信息数", "条"),
    ("channels.other", "5.其他方式公开政府信息数", "条"),
    (None, "二、回应解读情况", "——"),
    ("response.events", "（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）", "次"),
    (None, "（二）通过不同渠道和方式回应解读的情况", "——"),
    ("response.press_conferences", "1.参加或举办新闻发布会总次数", "次"),
    ("response.press_conferences_by_head", "其中：主要负责同志参加新闻发布会次数", "次"),
    ("response.online_interviews", "2.政府网站在线访谈次数", "次"),
    ("response.online_interviews_by_head", "其中：主要负责同志参加政府网站在线访谈次数", "次"),
    ("response.policy_interpretations", "3.政策解读稿件发布数", "篇"),
    ("response.weibo_wechat", "4.微博微信回应事件数", "次"),
    ("response.other", "5.其他方式回应事件数", "次"),
    (None, "三、依申请公开情况", "——"),
    ("applications.received", "（一）收到申请数", "件"),
    ("applications.received.in_person", "1.当面申请数", "件"),
    ("applications.received.fax", "2.传真申请数", "件"),
    ("applications.received.online", "3.网络申请数", "件"),
    ("applications.received.letter", "4.信函申请数", "件"),
    ("applications.concluded", "（二）申请办结数", "件"),
    ("applications.concluded.on_time", "1.按时办结数", "件"),
    ("applications.concluded.extended", "2.延期办结数", "件"),
    ("applications.replied", "（三）申请答复数", "件"),
    ("applications.replied.already_public", "1.属于已主动公开范围数", "件"),
    ("applications.replied.granted", "2.同意公开答复数", "件"),
    ("applications.replied.partly_granted", "3.同意部分公开答复数", "件"),
    ("applications.replied.denied", "4.不同意公开答复数", "件"),
    ("applications.denied.state_secret", "其中：涉及国家秘密", "件"),
    ("applications.denied.trade_secret", "涉及商业秘密", "件"),
    ("applications.denied.privacy", "涉及个人隐私", "件"),
    ("applications.denied.security_stability", "危及国家安全、公共安全、经济安全和社会稳定", "件"),
    ("applications.denied.not_government_information", "不是《条例》所指政府信息", "件"),
    ("applications.denied.other_legal", "法律法规规定的其他情形", "件"),
    ("applications.replied.not_this_agency", "5.不属于本行政机关公开数", "件"),
    ("applications.replied.nonexistent", "6.申请信息不存在数", "件"),
    ("applications.replied.to_be_corrected", "7.告知作出更改补充数", "件"),
    ("applications.replied.other_channel", "8.告知通过其他途径办理数", "件"),
    ("review.total", "四、行政复议数量", "件"),
    ("review.upheld", "（一）维持具体行政行为数", "件"),
    ("review.corrected", "（二）被依法纠错数", "件"),
    ("review.other", "（三）其他情形数", "件"),
    ("litigation.total", "五、行政诉讼数量", "件"),
    ("litigation.upheld", "（一）维持具体行政行为或者驳回原告诉讼请求数", "件"),
    ("litigation.corrected", "（二）被依法纠错数", "件"),
    ("litigation.other", "（三）其他情形数", "件"),
    ("complaints", "六、举报投诉数量", "件"),
    ("fees", "七、依申请公开信息收取的费用", "万元"),
    (None, "八、机构建设和保障经费情况", "——"),
    ("resources.offices", "（一）政府信息公开工作专门机构数", "个"),
    ("resources.reading_points", "（二）设置政府信息公开查阅点数", "个"),
    ("resources.staff", "（三）从事政府信息公开工作人员数", "人"),
    ("resources.staff.full_time", "1.专职人员数（不包括政府公报及政府网站工作人员数）", "人"),
    ("resources.staff.part_time", "2.兼职人员数", "人"),
    ("resources.budget", "（四）政府信息公开专项经费（不包括用于政府公报编辑管理及政府网站建设维护等方面的经费）", "万元"),
    (None, "九、政府信息公开会议和培训情况", "——"),
    ("training.meetings", "（一）召开政府信息公开工作会议或专题会议数", "次"),
    ("training.sessions", "（二）举办各类培训班数", "次"),
    ("training.participants", "（三）接受培训人员数", "人次"),
]

FUJIAN = [
    ("disclosed", "主动公开文件数", "条"),
    ("disclosed.website", "其中：1、政府网站公开数", "条"),
    ("disclosed.gazette", "2、政府公报公开数", "条"),
    ("requests", "受理依申请公开信息总数", "条"),
    ("requests.in_person", "其中：1、当面申请数", "条"),
    ("requests.online", "2、网上申请数", "条"),
    ("requests.letter_fax", "3、信函、传真申请数", "条"),
    ("answers", "对申请的答复总数", "条"),
    ("answers.granted", "其中：1、同意公开答复数", "条"),
    ("answers.partly", "2、同意部分公开答复数", "条"),
    ("answers.denied", "3、不予公开答复数", "条"),
    ("answers.other", "4、其他类型答复数", "条"),
    ("fee_reduction", "政府信息公开收费减免金额", "元"),
    ("complaints", "接受行政诉讼、举报数", "件"),
    ("review", "行政复议数", "件"),
    ("litigation", "行政诉讼数", "件"),
]
