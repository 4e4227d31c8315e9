"""The same fact in many voices: dialect, plain hiragana, hints; and sentences that only look like it."""

from datetime import datetime

import pytest

from nlu.facts import extract_facts

NOW = datetime.fromisoformat("2026-11-20T10:00:00+09:00")


def found(text: str, asked: str | None = None) -> set[tuple[str, int | str]]:
    return {(mention.key, mention.value) for mention in extract_facts(text, asked, NOW)}


SAID = [
    # where they sleep; having no home goes with it
    ("軽ワゴンの荷台で寝起きしとるんです", "housing_now", "car"),
    ("くるまのなかで ねとります", "housing_now", "car"),
    ("助手席で眠る毎日です", "reasons", "no_home"),
    ("河原にテントを張って寝てます", "housing_now", "street"),
    ("地下道で夜を明かしとる", "reasons", "no_home"),
    ("バス停のベンチがねぐらです", "housing_now", "street"),
    ("まんがきっさで ねとまりです", "housing_now", "net_cafe"),
    ("ファミレスで朝を待ってます", "reasons", "no_home"),
    ("ゲストハウスに泊まり続けとります", "housing_now", "hotel"),
    ("病室からスマホで打っています", "housing_now", "hospital"),
    ("体育館の床で寝起きしています", "housing_now", "shelter"),
    ("妹の家の二階に置いてもろてます", "housing_now", "family_home"),
    ("おばの家の物置で寝とります", "housing_now", "family_home"),
    ("バイト先の先輩の部屋に泊めてもらってる", "housing_now", "friend_home"),
    ("祖父の代からの家です、親から継いだ家を守ってます", "housing_now", "own"),
    ("市営住宅の4階に住んどります", "housing_now", "public_housing"),
    ("今は前橋の賃貸、家賃5万です", "housing_now", "private_rent"),
    # what hit their home
    ("たいふうで やねが とびました、いえが こわれました", "reasons", "disaster"),
    ("じしんで かべが われて いえに すめません", "reasons", "disaster"),
    ("裏の斜面が崩れて家が埋もれました", "reasons", "disaster"),
    ("大雨で畳まで水が来た", "reasons", "disaster"),
    ("雷が落ちて家が燃えました", "reasons", "disaster"),
    # why they must move
    ("保証会社にはじかれました", "reasons", "refused"),
    ("しんさに おちました", "reasons", "refused"),
    ("五軒回って全滅でした", "reasons", "refused"),
    ("来年いっぱいで契約は終了だと管理会社から", "reasons", "contract_end"),
    ("更新はお断りと言われましたわ", "reasons", "contract_end"),
    ("The owner won't renew my lease", "reasons", "contract_end"),
    ("アパートを壊すことになったそうで", "reasons", "demolition"),
    ("家賃を二か月入れられてません", "reasons", "rent_arrears"),
    ("先月から家賃を待ってもらっとる", "reasons", "rent_arrears"),
    ("年金が家賃に飛んでいきます", "reasons", "rent_too_high"),
    ("二階に上がれんようになって", "reasons", "barrier"),
    ("姉弟が一部屋でかわいそうです", "reasons", "overcrowding"),
    ("となりから壁をどつかれて眠れへん", "reasons", "neighbour_trouble"),
    ("少年院をもうすぐ出ます", "reasons", "discharge"),
    ("三月に自立援助ホームを卒業です", "reasons", "discharge"),
    ("夫に先立たれて、骨壺と二人きりですわ", "reasons", "bereavement"),
    ("会社をなくして、仕事を失いました", "working", "no"),
    # work and pay
    ("蕎麦屋の皿洗いで月9万です", "income_source", "wages"),
    ("トラックの運転手で手取り22万", "working", "yes"),
    ("倉庫で荷分けをして、もう5年つとめてます", "working", "yes"),
    ("バイトはコンビニ、月7万くらい", "income_source", "wages"),
    ("ふたりとも正社員です", "working", "yes"),
    ("パートはひざを痛めて辞めて、いまは家にいます", "working", "no"),
    ("喫茶店をやっとります", "income_source", "self_employed"),
    ("どこからもお金が入ってこん、一円も入ってきません", "income_source", "none"),
    ("保護をもろてます", "public_assistance", "yes"),
    ("住宅扶助の範囲で探しています", "income_source", "public_assistance"),
    ("兄が毎月送ってくれます", "income_source", "remittance"),
    # home life
    ("同性のパートナーと暮らしています", "household", "couple"),
    ("母子ふたりです", "household", "single_parent"),
    ("娘は3歳、シングルマザーです", "household", "single_parent"),
    ("七十三のわしひとりじゃ借りられん", "household", "single"),
    ("友達と三人で部屋を借りて住みたい", "household", "roommates"),
    ("うさぎもおるし、引っ越せません", "pets", "yes"),
    ("猫がおるけん、なかなか見つからん", "pets", "yes"),
    ("車いすとかは使っていません", "wheelchair", "no"),
    ("電気を切られてしまいました", "utilities_stopped", "yes"),
    ("ガスはまだ来てます", "utilities_stopped", "no"),
    ("息子の居場所もわかりません", "relatives", "distant"),
    ("兄とは二十年口をきいとらん、口をきいていません", "relatives", "distant"),
    ("誰とも喋っていません", "isolated", "yes"),
    ("倒れたとき連絡する相手がおりません", "emergency_contact", "no"),
    ("判子を押してくれる人がおらんのです", "guarantor", "no"),
    ("罹災証明はもらって、いまは待ちです", "damage_certificate", "yes"),
    ("祖母を住まわせたい部屋を探しています", "speaker", "family"),
    # body, food, language: the denial is inside the word
    ("耳がほとんど聞こえません", "difficulties", "hearing"),
    ("みみが よう きこえへん", "difficulties", "hearing"),
    ("財布をどこに置いたか思い出せません", "difficulties", "memory"),
    ("三階まで上がれません", "difficulties", "walking"),
    ("しかくしょうがいの てちょうです", "disability", "visual"),
    ("何日も何も口にしていません", "food_shortage", "yes"),
    ("タイ語で相談できますか", "language", "other"),
    ("日本人ではないので断られました", "nationality_foreign", "yes"),
]

LOOKALIKES = [
    ("家賃の滞納も借金もありません", "reasons"),
    ("滞納とか立ち退きとかではありません", "reasons"),
    ("立ち退きとか家賃の滞納とかではないんです", "reasons"),
    ("車で迎えに行って一緒に暮らしていた頃が懐かしい", "housing_now"),
    ("休みの日は公園で犬と過ごします", "housing_now"),
    ("ネットカフェで履歴書を印刷しました", "reasons"),
    ("キャンプでテントで寝るのが好きです", "housing_now"),
    ("台風が来たら屋根が壊れそうで怖い", "reasons"),
    ("テレビで地震で家が倒れたニュースを見た", "reasons"),
    ("カードの審査に落ちました", "reasons"),
    ("就職の面接に三社落ちました", "reasons"),
    ("携帯の契約は今月で終わりです", "reasons"),
    ("雇用契約は来月いっぱいで終わりです", "contract_end"),
    ("息子は倉庫で働いています", "working"),
    ("昔は居酒屋で月15万もらっていました", "income_source"),
    ("隣の犬がおるから静かなところがいい", "pets"),
    ("生活保護は断られました", "income_source"),
    ("友達の車いすを押したことがあります", "wheelchair"),
    ("父の荷物を見に病院へ行きました", "speaker"),
    ("猫一匹と暮らしていますが、もう一匹はいません", "utilities_stopped"),
    ("友達が春に出産です", "pregnant"),
    ("病院を出て帰りにスーパーへ寄りました", "reasons"),
]

ANSWERS = [
    ("今はもういません", "pets", "no"),
    ("死んでしまいました", "pets", "no"),
    ("春まで猫がおりましたが、今はおりません", "pets", "no"),
    ("切られてしまいました", "utilities_stopped", "yes"),
    ("遅れたことはないです", "utilities_stopped", "no"),
    ("シルバーカーです", "wheelchair", "no"),
    ("却下されました", "public_assistance", "no"),
    ("誰に知られても別に困らんです", "contact_unsafe", "no"),
    ("音沙汰なしです", "relatives", "distant"),
    ("父に代わって書いてます", "speaker", "family"),
    ("本人っす", "speaker", "self"),
    ("姉が二つ返事で", "guarantor", "yes"),
    ("嫁はんと、ちっこいのが二人おる", "household", "with_children"),
]


@pytest.mark.parametrize(("text", "key", "value"), SAID)
def test_every_voice_says_the_fact(text: str, key: str, value: str) -> None:
    assert (key, value) in found(text)


@pytest.mark.parametrize(("text", "key"), LOOKALIKES)
def test_what_only_looks_like_the_fact_says_nothing(text: str, key: str) -> None:
    said = {(name, value) for name, value in found(text) if key in (name, value)}
    assert {pair for pair in said if pair[1] != "no"} == set()


@pytest.mark.parametrize(("text", "asked", "value"), ANSWERS)
def test_short_answers_in_every_voice_are_understood(text: str, asked: str, value: str) -> None:
    assert (asked, value) in found(text, asked)


@pytest.mark.parametrize(
    ("text", "household"),
    [
        ("夫とうまくいかず実家に身を寄せています", None),
        ("主人ともめていて毎日つらいです", None),
        ("子どもと家を出るつもりです", "single_parent"),
        ("子どもと逃げてきました", "single_parent"),
        ("夫と子どもと引っ越します", "with_children"),
        ("子どもと出かけるのが好きです", None),
        ("子どもと出て行った妻のことです", None),
    ],
)
def test_trouble_with_a_partner_is_no_household_and_leaving_with_children_is(text: str, household: str | None) -> None:
    found = [mention.value for mention in extract_facts(text, None, NOW) if mention.key == "household"]
    assert found == ([household] if household else [])
