"""Function words of the languages that llama-desk reads best.

One set for all of them, as texts mix languages. Words that carry meaning in another of these languages ("war", "son",
"hat", "man") are left out. Lower case, with accents; `tools.words` folds them.
"""

from __future__ import annotations

_ENGLISH = """
a about above after again against all also am an and any are aren as at be because been before being below
between both but by can cannot could couldn d did didn do does doesn doing don down during each either few for
from further had hadn has hasn have haven having he her here hers herself him himself his how however i if in
into is isn it its itself just ll m may me might more most must my myself no nor not of off on once only onto
or other ought our ours ourselves out over own re s same shall she should shouldn so some such t than that the
their theirs them themselves then there these they this those though through thus to too under until up upon
us ve very was wasn we were weren what when where whether which while who whom whose why will with within
without won would wouldn yet you your yours yourself yourselves
"""
_GERMAN = """
aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da dabei dadurch dafür
damit danach dann darauf das dass daß dein dem den denn der des dessen die dies diese diesem diesen dieser
dieses doch dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen haben hatte hatten
hier ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja jede jedem jeden jeder jedes jene
jetzt kann kein keine keinem keinen keiner können könnte machen mehr mein mich mir mit muss müssen nach nicht
nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so solche soll sollen
sollte sondern sowie über um und uns unser unter vom von vor waren wäre weil weiter welche welcher wenn werde
werden wie wieder wir wird wo wollen wurde wurden würde würden zu zum zur zwar zwischen
"""
_FRENCH = """
à afin ai aie ainsi alors après as au aucun aucune aussi autre autres aux avait avant avec avoir ayant c ça
car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des dès
doit donc dont du elle elles en encore entre est et était étaient été être eu eux fait font furent fut ici il
ils j je jusqu l la là laquelle le lequel les lesquels leur leurs lors lorsque lui m ma mais me même mêmes mes
moi moins mon n ne ni nos notre nous on ont ou où par parce pas pendant peu peut peuvent plus pour pourquoi
puis qu quand que quel quelle quelles quels qui s sa sans se selon sera seront ses si sont sous soit sur t ta
tandis te tel telle tes toi tous tout toute toutes tu un une vers vos votre vous y
"""
_SPANISH = """
a al algo algunas algunos ante antes aquel aquella así aún aunque cada como con contra cual cuales cuando cuya
cuyo de del desde donde dos durante e el él ella ellas ellos en entre era eran es esa esas ese eso esos esta
está están estas este esto estos fue fueron ha había habían han hasta hay la las le les lo los más me mi
mientras muy ni no nos nosotros o os otra otras otro otros para pero por porque pues que qué quien quienes se
sea según ser si sí sido sin sino sobre su sus también tan tanto te tiene tienen todo todos tras tu u un
una unas uno unos y ya yo
"""
_ITALIAN = """
a abbia agli ai al alla alle allo anche ancora avere aveva c che chi ci ciò co coi col come con così cui d da
dagli dai dal dalla dalle dallo degli dei del dell della delle dello dentro di dopo dove e è ed era erano
essere fino fra gli ha hanno ho i il in io l la le lei li lo loro lui ma me mentre mi mia mio molto ne negli
nei nel nell nella nelle nello no noi non nostra nostro o ogni oltre oppure per perché però più poi può qua
quale quali quando quanto quella quelle quelli quello questa queste questi questo qui se sé sei senza si sia
siamo sono sopra sotto sta stata stati stato su sua sue sugli sui sul sull sulla sulle sullo suo suoi tale tra
tu tutti tutto un una uno vi voi
"""
_PORTUGUESE = """
a à ainda ao aos apenas aquela aquele aquilo as às até cada com como contra da das de dela dele deles desde do
dos durante e é ela elas ele eles em entre era eram essa essas esse esses esta está estão estas este estes eu
foi foram há isso isto já lhe lhes mais mas me mesmo meu minha muito na não nas nem no nos nós nossa nosso num
numa o onde os ou para pela pelas pelo pelos por porque qual quando que quem se seja sem ser será seu seus si
sido só sobre sua suas também tem têm ter tinha um uma umas uns você vocês
"""
_HINDI = """
अगर अपना अपनी अपने अब आदि आप इन इनका इस इसका इसकी इसके इसमें इसी इसे उन उनका उनकी उनके उन्हें उन्होंने उस उसका
उसकी उसके उसे एक एवं ऐसा ऐसे और कर करता करते करना करने करें का काफी कि किया किसी की कुछ कुल के को कोई कौन क्या
गई गए गया चाहिए जब जहाँ जा जाता जाती जाते जाना जिस जिसे जैसा जैसे जो तक तथा तब तरह तो था थी थे दिया दो द्वारा
न नहीं ना ने पर पहले फिर बाद बहुत भी मगर में मैं मैंने यदि यह यहाँ यही या ये रहा रही रहे लिए लेकिन व वह वहाँ
वाला वाली वाले वे सकता सकते सभी साथ से हम ही हुआ हुई हुए है हैं हो होता होती होते होना होने
"""
_THAI = """
และ หรือ ที่ ซึ่ง อัน ของ ใน บน จาก ถึง โดย เพื่อ กับ แก่ แต่ ก็ คือ เป็น อยู่ ได้ ให้ ว่า ไม่ มี จะ นี้ นั้น
ไป มา แล้ว ต้อง ตาม
"""

STOPWORDS = frozenset(f"{_ENGLISH} {_GERMAN} {_FRENCH} {_SPANISH} {_ITALIAN} {_PORTUGUESE} {_HINDI} {_THAI}".split())
