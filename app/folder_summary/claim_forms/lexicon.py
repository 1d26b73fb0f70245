"""Words that numbers and dates are written with, in the languages that llama-desk reads; keys are folded."""

from __future__ import annotations

from decimal import Decimal

from tools.words import fold


def _table[T](rows: dict[T, str]) -> dict[str, T]:
    """Each word with its meaning, both as it is written and folded."""
    return {form: meaning for meaning, words in rows.items() for word in words.split() for form in (word, fold(word))}


MONTHS = _table(
    {
        1: "january jan januar jänner janvier janv enero ene gennaio gen janeiro जनवरी มกราคม",
        2: "february feb februar février févr febrero febbraio fevereiro fev फरवरी กุมภาพันธ์",
        3: "march mar märz mär mars marzo março मार्च มีนาคม",
        4: "april apr avril avr abril abr aprile अप्रैल เมษายน",
        5: "may mai mayo maggio mag maio मई พฤษภาคม",
        6: "june jun juni juin junio giugno giu junho जून มิถุนายน",
        7: "july jul juli juillet juil julio luglio lug julho जुलाई กรกฎาคม",
        8: "august aug août agosto ago अगस्त สิงหาคม",
        9: "september sep sept septembre septiembre settembre setembro सितंबर กันยายน",
        10: "october oct oktober okt octobre octubre ottobre ott outubro अक्टूबर ตุลาคม",
        11: "november nov novembre noviembre novembro नवंबर พฤศจิกายน",
        12: "december dec dezember dez décembre déc diciembre dic dicembre dezembro दिसंबर ธันวาคม",
    }
)
MONTHS_ALONE = frozenset(MONTHS) - frozenset(
    _table({0: "may mai mayo maio march mar mars marzo set out ott ago dic dez dec déc gen giu lug abr apr avr aug"})
)
"""Months that cannot be taken for another word when no number stands beside them."""

WEEKDAYS = _table(
    {
        1: "monday mon montag lundi lunes lunedì segunda-feira सोमवार วันจันทร์",
        2: "tuesday tue tues dienstag mardi martes martedì terça-feira मंगलवार วันอังคาร",
        3: "wednesday wed mittwoch mercredi miércoles mercoledì quarta-feira बुधवार วันพุธ",
        4: "thursday thu thur thurs donnerstag jeudi jueves giovedì quinta-feira गुरुवार วันพฤหัสบดี",
        5: "friday fri freitag vendredi viernes venerdì sexta-feira शुक्रवार วันศุกร์",
        6: "saturday sat samstag sonnabend samedi sábado sabato शनिवार วันเสาร์",
        7: "sunday sun sonntag dimanche domingo domenica रविवार วันอาทิตย์",
    }
)

MULTIPLIERS = _table(
    {
        Decimal(100): "hundred hundreds hundert cien cento सौ 百",
        Decimal(1_000): "thousand thousands k tsd tausend mille mil mila milhares हज़ार हजार พัน 千",
        Decimal(10_000): "万 萬 หมื่น",
        Decimal(100_000): "lakh lakhs लाख แสน",
        Decimal(1_000_000): ("million millions mn mio millionen millón millones milione milioni milhão milhões ล้าน"),
        Decimal(10_000_000): "crore crores करोड़",
        Decimal(100_000_000): "亿 億",
        Decimal(1_000_000_000): (
            "billion billions bn mrd milliarde milliarden milliard milliards miliardo miliardi bilhão bilhões अरब"
        ),
        Decimal(1_000_000_000_000): "trillion trillions tn billionen 兆",
    }
)

UNITS = _table(
    {
        "percent": "% percent pct prozent porcentaje प्रतिशत फीसदी เปอร์เซ็นต์",
        "dollar": "$ us$ usd dollar dollars dólar dólares dollari दोलर डॉलर ดอลลาร์ 美元 ドル",
        "euro": "€ eur euro euros यूरो ยูโร 欧元 ユーロ",
        "pound": "£ gbp pounds sterling",
        "franc": "chf franken francs",
        "rupee": "₹ inr rs rupee rupees रुपये रुपया रुपए",
        "baht": "฿ thb baht บาท",
        "yen": "¥ jpy yen 円 日元",
        "yuan": "cny rmb yuan 人民币",
        "real": "r$ brl reais",
        "second": "second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondi सेकंड วินาที 秒",
        "minute": "minute minutes min mins minuten minuto minutos minuti मिनट นาที 分钟",
        "hour": "hour hours hrs hr stunde stunden heure heures hora horas ora ore घंटे घंटा ชั่วโมง 小时 時間",
        "day": "day days tag tage tagen jour jours día días giorno giorni dia dias दिन दिनों วัน 天 日間",
        "week": "week weeks woche wochen semaine semaines semana semanas settimana settimane सप्ताह हफ्ते สัปดาห์ 周 週間",
        "month": "month months monat monate monaten mois mes meses mese mesi mês महीने महीना เดือน 个月 か月 ヶ月",
        "year": "year years yr yrs jahr jahre jahren ans année années año años anno anni ano anos साल वर्ष वर्षों ปี",
        "metre": "metre metres meter meters metern mètre mètres metro metros metri मीटर เมตร",
        "kilometre": "km kilometre kilometres kilometer kilometers kilomètres kilómetros chilometri quilômetros",
        "mile": "mile miles",
        "gram": "gram grams gramm",
        "kilogram": "kg kilogram kilograms kilo kilos",
        "tonne": "tonne tonnes tons ton tonnen",
        "litre": "litre litres liter liters",
        "megabyte": "mb megabyte megabytes",
        "gigabyte": "gb gigabyte gigabytes",
        "degree": "° °c °f degrees",
    }
)
ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th", "er", "ere", "eme", "e", "o", "a"})

NUMBER_WORDS = _table(
    {
        0: "zero zéro cero",
        1: "one",
        2: "two zwei deux dos dois duas दो สอง",
        3: "three drei trois tres tre três तीन สาม",
        4: "four vier quatre cuatro quattro quatro चार สี่",
        5: "five fünf cinq cinco cinque पाँच पांच ห้า",
        6: "six sechs seis छह หก",
        7: "seven sieben siete sette sete सात เจ็ด",
        8: "eight huit ocho otto oito आठ แปด",
        9: "nine neun nueve nove नौ เก้า",
        10: "ten zehn dix diez dieci dez दस สิบ",
        11: "eleven onze undici",
        12: "twelve dozen zwölf douze doce dodici doze",
        13: "thirteen dreizehn treize trece tredici treze",
        14: "fourteen vierzehn quatorze catorce quattordici quatorze",
        15: "fifteen fünfzehn quinze quince quindici",
        16: "sixteen sechzehn seize dieciséis sedici dezesseis",
        17: "seventeen siebzehn diecisiete diciassette dezessete",
        18: "eighteen achtzehn dieciocho diciotto dezoito",
        19: "nineteen neunzehn diecinueve diciannove dezenove",
        20: "twenty zwanzig vingt veinte venti vinte",
        30: "thirty dreißig trente treinta trenta trinta",
        40: "forty vierzig quarante cuarenta quaranta quarenta",
        50: "fifty fünfzig cinquante cincuenta cinquanta cinquenta",
        60: "sixty sechzig soixante sesenta sessanta sessenta",
        70: "seventy siebzig setenta settanta",
        80: "eighty achtzig ochenta ottanta oitenta",
        90: "ninety neunzig noventa novanta",
    }
)
ORDINAL_WORDS = _table(
    {
        3: "third dritte dritten troisième tercero tercera terzo terza terceiro terceira",
        4: "fourth vierte vierten quatrième cuarto cuarta quarto quarta",
        5: "fifth fünfte fünften cinquième quinto quinta",
        6: "sixth sechste sixième sexto sesto",
        7: "seventh siebte septième séptimo settimo sétimo",
        8: "eighth achte huitième octavo ottavo oitavo",
        9: "ninth neunte neuvième noveno nono",
        10: "tenth zehnte dixième décimo decimo",
    }
)
