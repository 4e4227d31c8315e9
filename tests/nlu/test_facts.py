"""What the rules read out of messages: one row a sentence, with what must and what must not come out."""

from datetime import datetime

import pytest

from nlu.facts import extract_facts

NOW = datetime.fromisoformat("2026-11-20T10:00:00+09:00")


def found(text: str, asked: str | None = None) -> set[tuple[str, int | str]]:
    return {(mention.key, mention.value) for mention in extract_facts(text, asked, NOW)}


SAID = [
    # reasons
    ("家主から立ち退いてほしいと言われて困っています", "reasons", "eviction_demand"),
    ("オーナーに部屋を空けてくれって言われたんですけど", "reasons", "eviction_demand"),
    ("やぬしさんに でていくように いわれました", "reasons", "eviction_demand"),
    ("大屋さんから退去の通知が届きました", "reasons", "eviction_demand"),
    ("長屋を取り壊すそうで、引っ越し先を探しています", "reasons", "demolition"),
    ("老朽化のため建て替えるから移ってほしいと管理会社が言うてます", "reasons", "demolition"),
    ("この春で契約が切れるのに更新はしないと言われた", "reasons", "contract_end"),
    ("家賃を2か月滞納しています", "reasons", "rent_arrears"),
    ("やちんが はらえなくて たまっています", "reasons", "rent_arrears"),
    ("家賃が高すぎて生活できません", "reasons", "rent_too_high"),
    ("給料の半分が家賃に消えてしんどい", "reasons", "rent_too_high"),
    ("先月リストラされました", "reasons", "job_loss"),
    ("会社が倒産して家賃が払えません", "reasons", "job_loss"),
    ("雇い止めにあいました", "reasons", "job_loss"),
    ("シフトを減らされて収入が減りました", "reasons", "income_drop"),
    ("夫と別居することになり部屋を探しています", "reasons", "divorce"),
    ("先月離婚しました", "reasons", "divorce"),
    ("息子の嫁と折り合いが悪くて家を出たい", "reasons", "family_conflict"),
    ("父と毎日けんかになって家にいづらいです", "reasons", "family_conflict"),
    ("夫に殴られます", "reasons", "dv"),
    ("彼氏からDVを受けています", "reasons", "dv"),
    ("夫が亡くなって家賃が払えなくなりました", "reasons", "bereavement"),
    ("体を壊して仕事を辞めました", "reasons", "illness"),
    ("4階でエレベーターがなくて階段がつらい", "reasons", "barrier"),
    ("階段の上り下りがえらいんです", "reasons", "barrier"),
    ("雨漏りがひどくて住めません", "reasons", "poor_condition"),
    ("カビだらけの部屋です", "reasons", "poor_condition"),
    ("家族5人で狭くて困っています", "reasons", "overcrowding"),
    ("隣の人の騒音で眠れません", "reasons", "neighbour_trouble"),
    ("来週退院しますが帰る家がありません", "reasons", "discharge"),
    ("来月刑務所を出ます", "reasons", "discharge"),
    ("会社を辞めるので社宅を出なければなりません", "reasons", "company_housing_exit"),
    ("住むところがありません", "reasons", "no_home"),
    ("泊まるとこがないねん", "reasons", "no_home"),
    ("高齢だからと何軒も断られました", "reasons", "refused"),
    ("外国人はだめと言われて借りられません", "reasons", "refused"),
    ("台風で家が壊れました", "reasons", "disaster"),
    ("実家を出て自立したいです", "reasons", "independence"),
    ("娘の近くに引っ越したいです", "reasons", "near_family"),
    # where they live now
    ("木造アパートに30年住んでいます", "housing_now", "private_rent"),
    ("都営住宅に住んでいます", "housing_now", "public_housing"),
    ("うちは持ち家です", "housing_now", "own"),
    ("実家に住んでいます", "housing_now", "family_home"),
    ("いまは友人の家に居候しています", "housing_now", "friend_home"),
    ("会社の寮に入っています", "housing_now", "company_housing"),
    ("老健に入所しています", "housing_now", "facility"),
    ("骨折で入院中です", "housing_now", "hospital"),
    ("みなし仮設で暮らしています", "housing_now", "temporary_housing"),
    ("避難所で生活しています", "housing_now", "shelter"),
    ("ウィークリーマンションに泊まっています", "housing_now", "hotel"),
    ("ネットカフェで寝泊まりしてます", "housing_now", "net_cafe"),
    ("車中泊を続けています", "housing_now", "car"),
    ("公園で寝ています", "housing_now", "street"),
    # household and people
    ("一人暮らしです", "household", "single"),
    ("独居の80歳です", "household", "single"),
    ("妻と二人で暮らしています", "household", "couple"),
    ("妻と子ども2人の4人家族です", "household", "with_children"),
    ("母子家庭です", "household", "single_parent"),
    ("子ども2人と私で暮らしています", "household", "single_parent"),
    ("年老いた母と二人暮らしです", "household", "with_parents"),
    ("弟と一緒に住んでいます", "household", "with_relatives"),
    ("友達とルームシェアしています", "household", "roommates"),
    ("妊娠7か月です", "pregnant", "yes"),
    ("ベトナムから来ました", "nationality_foreign", "yes"),
    ("ネパール語がいいです", "language", "ne"),
    ("母の住まいのことで相談です", "speaker", "family"),
    ("民生委員の者です。担当地区の方のことでご相談です", "speaker", "supporter"),
    ("アパートの大家をしています。入居者のことで相談です", "speaker", "landlord"),
    ("45歳の男性です", "gender", "male"),
    # money
    ("年金で暮らしています", "income_source", "pension"),
    ("障害年金をもらっています", "income_source", "disability_pension"),
    ("生活保護を受けています", "income_source", "public_assistance"),
    ("生活保護を受けています", "public_assistance", "yes"),
    ("失業保険で暮らしています", "income_source", "unemployment"),
    ("児童扶養手当をもらっています", "income_source", "child_allowance"),
    ("親からの仕送りで生活しています", "income_source", "remittance"),
    ("貯金を取り崩しています", "income_source", "savings"),
    ("スーパーでパートをしています", "income_source", "wages"),
    ("自営業です", "income_source", "self_employed"),
    ("収入がありません", "income_source", "none"),
    ("生活保護はもらっていませんよ", "public_assistance", "no"),
    ("消費者金融に借金があります", "debt", "yes"),
    ("借金とかはないですね", "debt", "no"),
    # contacts
    ("保証人になってくれる人がいません", "guarantor", "no"),
    ("ほしょうにんが おらんのです", "guarantor", "no"),
    ("保障人を頼める相手がいなくて", "guarantor", "no"),
    ("兄が保証人になってくれます", "guarantor", "yes"),
    ("緊急連絡先を書ける相手もおらんのです", "emergency_contact", "no"),
    ("緊急連絡先は妹です", "emergency_contact", "yes"),
    ("身寄りがありません", "relatives", "none"),
    ("天涯孤独の身です", "relatives", "none"),
    ("きょうだいとは疎遠です", "relatives", "distant"),
    # body
    ("身体の手帳、3級があります", "disability", "physical"),
    ("身体の手帳、3級があります", "disability_certificate", "yes"),
    ("全盲です", "disability", "visual"),
    ("聴覚障害があります", "disability", "hearing"),
    ("療育手帳を持っています", "disability", "intellectual"),
    ("うつ病と診断されました", "disability", "mental"),
    ("ADHDと言われています", "disability", "developmental"),
    ("指定難病です", "disability", "intractable"),
    ("手帳はまだ取ってません", "disability_certificate", "no"),
    ("膝が痛くて歩くのが大変です", "difficulties", "walking"),
    ("耳が遠くなりました", "difficulties", "hearing"),
    ("目がかすんで字が読みづらい", "difficulties", "seeing"),
    ("物忘れが増えました", "difficulties", "memory"),
    ("認知症と診断されています", "difficulties", "dementia_diagnosed"),
    ("夜眠れません", "difficulties", "mood"),
    ("透析に通っています", "difficulties", "chronic_illness"),
    ("漢字が読めません", "difficulties", "reading"),
    ("車いすで生活しています", "wheelchair", "yes"),
    ("車いすは使っていません", "wheelchair", "no"),
    # life
    ("無職です", "working", "no"),
    ("週4日パートで働いています", "working", "yes"),
    ("話し相手がいません", "isolated", "yes"),
    ("食べるものがもうありません", "food_shortage", "yes"),
    ("電気が止まりました", "utilities_stopped", "yes"),
    ("ガス代を滞納しています", "utilities_stopped", "yes"),
    ("猫を2匹飼っています", "pets", "yes"),
    ("ペットは飼っていません", "pets", "no"),
    ("荷物が多くて片づきません", "belongings_many", "yes"),
    ("ケアマネさんが月1回来てくれます", "supports_now", "care_manager"),
    ("週2回ヘルパーさんに来てもらっています", "supports_now", "home_help"),
    ("デイサービスに通っています", "supports_now", "day_service"),
    ("訪問看護を使っています", "supports_now", "visiting_nurse"),
    ("担当のケースワーカーさんに言われました", "supports_now", "welfare_caseworker"),
    ("民生委員さんが見に来てくれます", "supports_now", "minsei"),
    ("保護司さんに会っています", "supports_now", "probation"),
    # wishes
    ("1階の部屋がいいです", "wishes", "ground_floor"),
    ("エレベーターのあるところがいい", "wishes", "elevator"),
    ("病院の近くに住みたい", "wishes", "near_hospital"),
    ("学区を変えたくないです", "wishes", "near_school"),
    ("駅から近いところを希望します", "wishes", "near_station"),
    ("静かな住宅街がいいです", "wishes", "quiet"),
    ("ペット可の部屋を探しています", "wishes", "pet_ok"),
    ("2DK以上がいいです", "wishes", "room_size"),
    ("家賃の安いところがいいです", "wishes", "cheap"),
    ("住み慣れた町を離れたくありません", "wishes", "same_area"),
    ("都営住宅に入りたいです", "wishes", "public_housing"),
    # disaster
    ("地震で家が半壊しました", "disaster_kind", "earthquake"),
    ("地震で家が半壊しました", "damage", "half"),
    ("大雨で床上浸水しました", "damage", "flood_above"),
    ("大規模半壊と判定されました", "damage", "large_half"),
    ("罹災証明はもらっています", "damage_certificate", "yes"),
    ("罹災証明はまだです", "damage_certificate", "no"),
    ("地震で全壊した家を同じ場所に建て直すつもりです", "rebuild_plan", "rebuild"),
    # contact
    ("メールで連絡をください", "contact_method", "email"),
    ("夫に知られたくないので家には電話しないでください", "contact_unsafe", "yes"),
]

SILENT = [
    # other people
    ("父は障害者手帳を持っていますが同居していません", {"disability_certificate", "disability"}),
    ("友達が妊娠中です", {"pregnant"}),
    ("隣の人が車いすです", {"wheelchair"}),
    ("大家さんは耳が遠いです", {"difficulties"}),
    ("兄は生活保護を受けています", {"public_assistance", "income_source"}),
    ("母は施設に入っています", {"housing_now"}),
    # the past
    ("昔は生活保護を受けていました", {"public_assistance"}),
    ("以前は猫を飼っていました", {"pets"}),
    ("若い頃は車中泊もしました", {"housing_now"}),
    # supposed
    ("もし家賃を滞納したらどうなりますか", {"reasons"}),
    ("立ち退きと言われたら困ります", {"reasons"}),
    ("車いすになったらどうしよう", {"wheelchair"}),
    # asked about in general
    ("生活保護は誰でも受けられますか", {"public_assistance", "income_source"}),
    ("罹災証明書はどこでもらえますか", {"damage_certificate"}),
    # denied
    ("暴力はありません", {"reasons"}),
    ("うつ病ではありません", {"disability"}),
    ("家賃は一度も遅れたことはありません", {"reasons"}),
    # only suggested
    ("主人に相談してみます", {"gender", "household"}),
    ("大家さんに聞いてみます", {"housing_now"}),
]

ANSWERS = [
    ("guarantor", "いないです", "no"),
    ("guarantor", "おらん", "no"),
    ("guarantor", "弟に頼めます", "yes"),
    ("guarantor", "はい", "yes"),
    ("emergency_contact", "だれもいません", "no"),
    ("emergency_contact", "娘です", "yes"),
    ("relatives", "いない", "none"),
    ("relatives", "息子がいますが疎遠です", "distant"),
    ("debt", "ないです", "no"),
    ("debt", "まあ少しは", "yes"),
    ("utilities_stopped", "大丈夫です", "no"),
    ("utilities_stopped", "一度も止まったことはありませんよ", "no"),
    ("utilities_stopped", "ガスだけ止まってます", "yes"),
    ("food_shortage", "大丈夫です", "no"),
    ("food_shortage", "ないです", "no"),
    ("supports_now", "何も", "none"),
    ("supports_now", "ヘルパーさんだけ", "home_help"),
    ("pets", "いません", "no"),
    ("pets", "インコがいます", "yes"),
    ("wheelchair", "使っていません", "no"),
    ("pregnant", "いいえ", "no"),
    ("public_assistance", "もらっておりませんで", "no"),
    ("public_assistance", "うん、受けとる", "yes"),
    ("working", "してません", "no"),
    ("working", "はい、パートです", "yes"),
    ("isolated", "友だちがいるので平気です", "no"),
    ("household", "ひとりです", "single"),
    ("household", "妻と", "couple"),
    ("household", "妻と娘と三人です", "with_children"),
    ("household", "私と娘です", "single_parent"),
    ("income_source", "ねんきん", "pension"),
    ("housing_now", "アパートです", "private_rent"),
    ("housing_now", "実家", "family_home"),
    ("speaker", "自分のことです", "self"),
    ("speaker", "娘です。母のことで", "family"),
    ("contact_unsafe", "特にないです", "no"),
    ("damage_certificate", "まだです", "no"),
    ("rebuild_plan", "まだ決めてません", "undecided"),
    ("language", "中国語", "zh"),
    ("gender", "女です", "female"),
    ("contact_method", "電話で", "phone"),
    ("belongings_many", "けっこう多いです", "yes"),
]


@pytest.mark.parametrize(("text", "key", "value"), SAID)
def test_what_is_said_is_found(text: str, key: str, value: str) -> None:
    assert (key, value) in found(text)


@pytest.mark.parametrize(("text", "keys"), SILENT)
def test_what_is_not_said_of_the_person_is_left_out(text: str, keys: set[str]) -> None:
    assert not {key for key, _ in found(text)} & keys


@pytest.mark.parametrize(("asked", "text", "value"), ANSWERS)
def test_a_short_answer_takes_its_meaning_from_the_question(asked: str, text: str, value: str) -> None:
    assert {got for key, got in found(text, asked) if key == asked} == {value}


@pytest.mark.parametrize("asked", ["guarantor", "debt", "pets", "relatives", "working", "contact_unsafe", "disability_certificate"])
@pytest.mark.parametrize("text", ["わかりません", "答えたくないです", "さあ、どうでしょう"])
def test_not_knowing_and_not_wanting_to_say_set_nothing(asked: str, text: str) -> None:
    assert not found(text, asked)


@pytest.mark.parametrize(
    ("asked", "text", "told"),
    [
        ("contact_unsafe", "うちに子どもはいない", "children"),
        ("debt", "貯金もないです", "savings"),
        ("damage_certificate", "介護認定は受けてません", "care_level"),
    ],
)
def test_words_about_another_thing_are_no_answer_to_the_question(asked: str, text: str, told: str) -> None:
    keys = {key for key, _ in found(text, asked)}
    assert told in keys
    assert asked not in keys


def test_an_answer_may_tell_something_else_too() -> None:
    assert {("guarantor", "no"), ("debt", "yes")} <= found("いません。それにカードローンの借金があります", "guarantor")


def test_spans_point_into_the_text_as_typed() -> None:
    text = "こんにちは！　Ｕｒではなく、ネコを２匹飼っています。"
    mention = next(mention for mention in extract_facts(text, None, NOW) if mention.key == "pets")
    assert text[mention.start : mention.end] == mention.text
    assert "ネコ" in mention.text


def test_a_key_with_one_value_comes_once() -> None:
    keys = [mention.key for mention in extract_facts("妻と二人です。夫婦で住んでいます。一人暮らしではありません", None, NOW)]
    assert keys.count("household") == 1


@pytest.mark.parametrize("text", ["", "   ", "。。。", "😢😢", "ａ" * 500, "(((", "」「"])
def test_texts_without_content_give_nothing_and_no_error(text: str) -> None:
    assert extract_facts(text, None, NOW) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("いいえ", "no"),
        ("はい", "yes"),
        ("いいえ、そんなことはありません", "no"),
        ("特にないです", "no"),
        ("家に来る人はいません", "yes"),
        ("ここ何日も口をきいていません", "yes"),
    ],
)
def test_whether_somebody_is_alone_is_not_read_from_the_bare_denial_inside_a_sentence(text: str, value: str) -> None:
    assert ("isolated", value) in found(text, "isolated")
