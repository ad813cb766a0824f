"""SMS: texts into PDUs for a modem and back, after 3GPP TS 23.038 and 23.040. Standard library only.

What is used is imported by its module, and nothing is loaded beside it:

    from notanker.plugin.sms.encoding import submit      # number and text -> PDUs for AT+CMGS
    from notanker.plugin.sms.decoding import decode      # a PDU -> Deliver, Submit or Report
    from notanker.plugin.sms.faults import PduError      # the one thing that decode raises
    from notanker.plugin.sms.parts import Collector      # parts of a long message -> one message
    from notanker.plugin.sms.status import fate_of       # what became of a message, and in words
    from notanker.plugin.sms.numbers import same_subscriber
    from notanker.plugin.sms.text import fold, segments  # the shortest form of a text, and its length
"""
