"""Why a message was not sent, in words: the codes that timers and deliveries carry."""

from collections.abc import Mapping

from muster.catalogue import mark
from muster.i18n import Translator

#: What a ledger may say, and how it is told to organisers. A code that is missing here is passed over in silence:
#: the state beside it says enough.
SENTENCES: Mapping[str, str] = {
    "activity_cancelled": mark("unsent.cancelled"),
    "activity_closed": mark("unsent.closed"),
    "activity_draft": mark("unsent.not_released"),
    "activity_held": mark("unsent.held"),
    "activity_moved": mark("unsent.moved"),
    "activity_not_released": mark("unsent.not_released"),
    "activity_over": mark("unsent.over"),
    "activity_postponed": mark("unsent.postponed"),
    "address_dead": mark("unsent.address_dead"),
    "address_undeliverable": mark("unsent.address_undeliverable"),
    "already_answered": mark("unsent.answered"),
    "already_decided": mark("unsent.decided"),
    "already_started": mark("unsent.started"),
    "answered_lately": mark("unsent.answered_lately"),
    "assignment_accepted": mark("unsent.answered"),
    "assignment_declined": mark("unsent.declined"),
    "assignment_gone": mark("unsent.withdrawn"),
    "assignment_offered": mark("unsent.not_accepted"),
    "assignment_replaced": mark("unsent.replaced"),
    "assignment_served": mark("unsent.held"),
    "assignment_withdrawn": mark("unsent.withdrawn"),
    "bounced": mark("unsent.bounced"),
    "booking_changed": mark("unsent.booking"),
    "answer_unreadable": mark("unsent.uncertain"),
    "booking_moved": mark("unsent.booking"),
    "closed_for_good": mark("unsent.closed"),
    "cut_in_data": mark("unsent.uncertain"),
    "delivery_expired": mark("unsent.expired"),
    "delivery_refused": mark("unsent.refused"),
    "delivery_uncertain": mark("unsent.uncertain"),
    "due_before_promise": mark("unsent.promised_late"),
    "endpoint_off": mark("unsent.endpoint_off"),
    "host_busy": mark("unsent.host"),
    "host_unreachable": mark("unsent.host"),
    "in_digest": mark("unsent.in_digest"),
    "mailbox_refused": mark("unsent.mailbox"),
    "message_later": mark("unsent.host"),
    "message_refused": mark("unsent.message"),
    "no_address": mark("unsent.no_address"),
    "not_accepted": mark("unsent.not_accepted"),
    "nothing_to_tell": mark("unsent.nothing_to_tell"),
    "offer_over": mark("unsent.offer_over"),
    "people_arrived": mark("unsent.arrived"),
    "opted_out": mark("unsent.opted_out"),
    "person_left": mark("unsent.left"),
    "recipient_later": mark("unsent.host"),
    "reconfirm_changed": mark("unsent.reconfirm_changed"),
    "release_undone": mark("unsent.release_undone"),
    "sender_refused": mark("unsent.sender"),
    "sign_in_refused": mark("unsent.sender"),
    "still_on": mark("unsent.still_on"),
    "storage_failed": mark("unsent.host"),
    "superseded": mark("unsent.superseded"),
    "throttled": mark("unsent.host"),
    "tls_failed": mark("unsent.sender"),
    "too_late": mark("unsent.too_late"),
}


#: The same of groups, telephones and programs, where other words are right than for mail.
ELSEWHERE: Mapping[str, str] = {
    "address_dead": mark("unsent.elsewhere.number"),
    "answer_unreadable": mark("unsent.elsewhere.unreadable"),
    "host_busy": mark("unsent.elsewhere.host"),
    "host_unreachable": mark("unsent.elsewhere.host"),
    "message_refused": mark("unsent.elsewhere.message"),
    "sender_refused": mark("unsent.elsewhere.sender"),
    "throttled": mark("unsent.elsewhere.throttled"),
}


def unsent(translator: Translator, code: str, *, is_mail: bool = True) -> str:
    """Return why a message was not sent; empty where the code says no more than the state."""
    sentence = (None if is_mail else ELSEWHERE.get(code)) or SENTENCES.get(code)
    return translator.gettext(sentence) if sentence else ""
