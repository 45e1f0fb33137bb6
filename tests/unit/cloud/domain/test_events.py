"""The news in a Unit's message: the step of its update with its bytes, or only that there is something to look at."""

import pytest

from aosedge.cloud.domain import events
from aosedge.model.ids import BatchId, CampaignId, UnitId
from aosedge.protocol.messages import Alerts, UnitStatus
from aosedge.protocol.messages.from_unit import UpdateStatus
from aosedge.protocol.messages.parts import Identity, ItemProgress

UNIT = UnitId("u")


def test_news_of_an_update_carry_the_step_and_its_bytes() -> None:
    progress = (ItemProgress(Identity(id="a"), 3, 10), ItemProgress(Identity(id="b"), 4, 10))
    message = UnitStatus(is_delta_info=True, update=UpdateStatus("downloading", items=progress))
    news = events.decode(events.encode(events.news_of(UNIT, message)))
    assert news == events.UnitNews(UNIT, "downloading", 7, 20)


def test_other_messages_say_only_whose_they_are() -> None:
    assert events.news_of(UNIT, Alerts(items=())) == events.UnitNews(UNIT)
    assert events.news_of(UNIT, UnitStatus(is_delta_info=True)) == events.UnitNews(UNIT)
    assert events.topic(UNIT) == "unit.u.status"
    assert events.campaign_topic(CampaignId("c")) == "campaign.c.status"
    assert events.batch_topic(BatchId("b")) == "batch.b.status"
    assert events.identity_topic(UNIT) == "unit.u.identity"


@pytest.mark.parametrize("news", [events.CampaignNews(CampaignId("c")), events.BatchNews(BatchId("b"))])
def test_news_of_a_campaign_or_a_batch_name_it(news: events.News) -> None:
    assert events.decode(events.encode(news)) == news
