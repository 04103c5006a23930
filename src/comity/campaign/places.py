# SPDX-License-Identifier: Apache-2.0
"""Where countries lie, roughly: names, middle points, and a coarse shape of the land.

For pictures only. Whole degrees, written down by hand: no borders, and no claim about any.
"""

from functools import lru_cache
from typing import NamedTuple


class Place(NamedTuple):
    name: str
    latitude: int  # degrees north
    longitude: int  # degrees east


# code|short English name|latitude|longitude
_TABLE = """
AD|Andorra|42|2
AE|United Arab Emirates|24|54
AF|Afghanistan|34|66
AG|Antigua and Barbuda|17|-62
AI|Anguilla|18|-63
AL|Albania|41|20
AM|Armenia|40|45
AO|Angola|-12|18
AQ|Antarctica|-80|0
AR|Argentina|-34|-64
AS|American Samoa|-14|-170
AT|Austria|47|14
AU|Australia|-25|134
AW|Aruba|12|-70
AX|Åland Islands|60|20
AZ|Azerbaijan|40|48
BA|Bosnia and Herzegovina|44|18
BB|Barbados|13|-59
BD|Bangladesh|24|90
BE|Belgium|51|4
BF|Burkina Faso|12|-2
BG|Bulgaria|43|25
BH|Bahrain|26|51
BI|Burundi|-3|30
BJ|Benin|10|2
BL|Saint Barthélemy|18|-63
BM|Bermuda|32|-65
BN|Brunei|4|115
BO|Bolivia|-17|-64
BQ|Caribbean Netherlands|12|-68
BR|Brazil|-10|-53
BS|Bahamas|24|-76
BT|Bhutan|27|90
BV|Bouvet Island|-54|3
BW|Botswana|-22|24
BY|Belarus|53|28
BZ|Belize|17|-89
CA|Canada|57|-101
CC|Cocos Islands|-12|97
CD|Congo (Kinshasa)|-3|24
CF|Central African Republic|7|21
CG|Congo (Brazzaville)|-1|15
CH|Switzerland|47|8
CI|Côte d'Ivoire|8|-6
CK|Cook Islands|-21|-160
CL|Chile|-33|-71
CM|Cameroon|6|13
CN|China|35|104
CO|Colombia|4|-73
CR|Costa Rica|10|-84
CU|Cuba|22|-79
CV|Cabo Verde|16|-24
CW|Curaçao|12|-69
CX|Christmas Island|-10|106
CY|Cyprus|35|33
CZ|Czechia|50|15
DE|Germany|51|10
DJ|Djibouti|12|43
DK|Denmark|56|10
DM|Dominica|15|-61
DO|Dominican Republic|19|-71
DZ|Algeria|28|3
EC|Ecuador|-1|-78
EE|Estonia|59|26
EG|Egypt|27|30
EH|Western Sahara|25|-13
ER|Eritrea|15|39
ES|Spain|40|-4
ET|Ethiopia|9|40
FI|Finland|63|26
FJ|Fiji|-18|178
FK|Falkland Islands|-52|-59
FM|Micronesia|7|158
FO|Faroe Islands|62|-7
FR|France|47|2
GA|Gabon|-1|12
GB|United Kingdom|53|-2
GD|Grenada|12|-62
GE|Georgia|42|44
GF|French Guiana|4|-53
GG|Guernsey|49|-3
GH|Ghana|8|-1
GI|Gibraltar|36|-5
GL|Greenland|72|-42
GM|Gambia|13|-15
GN|Guinea|10|-11
GP|Guadeloupe|16|-62
GQ|Equatorial Guinea|2|10
GR|Greece|39|22
GS|South Georgia|-54|-37
GT|Guatemala|16|-90
GU|Guam|13|145
GW|Guinea-Bissau|12|-15
GY|Guyana|5|-59
HK|Hong Kong|22|114
HM|Heard Island|-53|74
HN|Honduras|15|-87
HR|Croatia|45|16
HT|Haiti|19|-73
HU|Hungary|47|20
ID|Indonesia|-3|117
IE|Ireland|53|-8
IL|Israel|31|35
IM|Isle of Man|54|-5
IN|India|22|79
IO|British Indian Ocean Territory|-6|72
IQ|Iraq|33|44
IR|Iran|32|54
IS|Iceland|65|-19
IT|Italy|43|12
JE|Jersey|49|-2
JM|Jamaica|18|-77
JO|Jordan|31|37
JP|Japan|36|138
KE|Kenya|0|38
KG|Kyrgyzstan|41|75
KH|Cambodia|13|105
KI|Kiribati|2|-157
KM|Comoros|-12|43
KN|Saint Kitts and Nevis|17|-63
KP|North Korea|40|127
KR|South Korea|36|128
KW|Kuwait|29|48
KY|Cayman Islands|19|-81
KZ|Kazakhstan|48|67
LA|Laos|19|103
LB|Lebanon|34|36
LC|Saint Lucia|14|-61
LI|Liechtenstein|47|10
LK|Sri Lanka|8|81
LR|Liberia|6|-9
LS|Lesotho|-30|28
LT|Lithuania|55|24
LU|Luxembourg|50|6
LV|Latvia|57|25
LY|Libya|27|17
MA|Morocco|32|-6
MC|Monaco|44|7
MD|Moldova|47|29
ME|Montenegro|43|19
MF|Saint Martin|18|-63
MG|Madagascar|-19|47
MH|Marshall Islands|7|171
MK|North Macedonia|42|22
ML|Mali|17|-4
MM|Myanmar|21|96
MN|Mongolia|47|103
MO|Macao|22|114
MP|Northern Mariana Islands|15|146
MQ|Martinique|15|-61
MR|Mauritania|20|-10
MS|Montserrat|17|-62
MT|Malta|36|14
MU|Mauritius|-20|58
MV|Maldives|3|73
MW|Malawi|-13|34
MX|Mexico|24|-102
MY|Malaysia|4|102
MZ|Mozambique|-17|35
NA|Namibia|-22|17
NC|New Caledonia|-21|165
NE|Niger|17|9
NF|Norfolk Island|-29|168
NG|Nigeria|9|8
NI|Nicaragua|13|-85
NL|Netherlands|52|5
NO|Norway|62|10
NP|Nepal|28|84
NR|Nauru|-1|167
NU|Niue|-19|-170
NZ|New Zealand|-42|172
OM|Oman|21|56
PA|Panama|9|-80
PE|Peru|-9|-75
PF|French Polynesia|-18|-149
PG|Papua New Guinea|-6|145
PH|Philippines|12|123
PK|Pakistan|30|69
PL|Poland|52|19
PM|Saint Pierre and Miquelon|47|-56
PN|Pitcairn|-24|-128
PR|Puerto Rico|18|-66
PS|Palestine|32|35
PT|Portugal|40|-8
PW|Palau|7|134
PY|Paraguay|-23|-58
QA|Qatar|25|51
RE|Réunion|-21|56
RO|Romania|46|25
RS|Serbia|44|21
RU|Russia|60|90
RW|Rwanda|-2|30
SA|Saudi Arabia|24|45
SB|Solomon Islands|-9|160
SC|Seychelles|-5|55
SD|Sudan|16|30
SE|Sweden|62|16
SG|Singapore|1|104
SH|Saint Helena|-16|-6
SI|Slovenia|46|15
SJ|Svalbard and Jan Mayen|78|18
SK|Slovakia|49|20
SL|Sierra Leone|9|-12
SM|San Marino|44|12
SN|Senegal|14|-14
SO|Somalia|5|46
SR|Suriname|4|-56
SS|South Sudan|7|30
ST|São Tomé and Príncipe|0|7
SV|El Salvador|14|-89
SX|Sint Maarten|18|-63
SY|Syria|35|39
SZ|Eswatini|-27|31
TC|Turks and Caicos Islands|22|-72
TD|Chad|15|19
TF|French Southern Territories|-49|69
TG|Togo|8|1
TH|Thailand|15|101
TJ|Tajikistan|39|71
TK|Tokelau|-9|-172
TL|Timor-Leste|-9|126
TM|Turkmenistan|39|59
TN|Tunisia|34|10
TO|Tonga|-20|-175
TR|Türkiye|39|35
TT|Trinidad and Tobago|10|-61
TV|Tuvalu|-8|179
TW|Taiwan|24|121
TZ|Tanzania|-6|35
UA|Ukraine|49|31
UG|Uganda|1|32
UM|United States Minor Outlying Islands|19|167
US|United States|39|-98
UY|Uruguay|-33|-56
UZ|Uzbekistan|42|64
VA|Vatican City|42|12
VC|Saint Vincent and the Grenadines|13|-61
VE|Venezuela|7|-66
VG|British Virgin Islands|18|-64
VI|United States Virgin Islands|18|-65
VN|Viet Nam|16|107
VU|Vanuatu|-16|167
WF|Wallis and Futuna|-14|-178
WS|Samoa|-14|-172
YE|Yemen|16|47
YT|Mayotte|-13|45
ZA|South Africa|-30|25
ZM|Zambia|-14|28
ZW|Zimbabwe|-19|30
"""

# Outlines as longitude,latitude pairs; "/" begins one.
_LAND = """
/ -168,66 -162,70 -156,71 -141,70 -128,70 -115,69 -108,68 -96,68 -94,72 -84,69 -86,66 -94,61
  -93,58 -85,55 -80,52 -79,55 -77,62 -70,61 -65,59 -60,55 -56,52 -60,50 -65,50 -65,47 -61,46
  -66,44 -70,43 -74,40 -76,35 -81,31 -80,26 -82,27 -84,30 -90,29 -94,30 -97,27 -98,21 -95,18
  -91,19 -90,21 -87,21 -88,16 -83,15 -83,10 -79,9 -77,8 -80,7 -84,9 -87,13 -94,16 -100,17
  -105,20 -106,23 -112,29 -115,32 -110,23 -113,27 -117,33 -121,35 -124,40 -124,48 -130,54
  -137,59 -146,60 -153,58 -158,56 -165,55 -158,58 -162,60 -166,62 -161,64
/ -77,8 -72,12 -62,10 -57,6 -51,4 -50,0 -44,-3 -37,-5 -35,-8 -39,-13 -40,-20 -44,-23 -48,-26
  -50,-30 -54,-34 -57,-36 -62,-39 -65,-43 -68,-50 -68,-54 -74,-52 -75,-46 -73,-38 -71,-30
  -70,-19 -76,-14 -81,-6 -80,-1 -78,3
/ -17,15 -17,21 -13,28 -6,35 3,37 10,37 11,34 20,31 25,32 32,31 34,28 37,21 43,12 51,12 47,4 41,-2
  39,-7 41,-15 35,-20 35,-25 31,-30 25,-34 19,-35 15,-27 12,-17 13,-9 9,-1 9,4 4,6 -4,5 -8,4
  -13,8
/ -9,43 -9,37 -5,36 0,39 3,42 8,44 12,42 16,38 18,40 13,44 14,46 19,42 23,37 26,40 30,41 36,42
  41,41 38,47 33,46 30,46 28,42 27,37 31,36 36,36 35,31 33,29 39,21 43,13 52,17 59,22 56,26
  51,24 48,30 52,27 57,27 62,25 67,24 70,21 73,18 74,13 77,8 80,13 80,16 87,21 91,23 94,17 98,16
  98,9 101,3 104,1 103,5 100,8 100,13 105,10 109,12 107,17 107,21 114,22 120,27 122,31 119,35
  122,37 118,39 122,40 125,39 126,35 129,35 129,38 128,41 135,43 140,49 140,54 136,54 143,59
  155,60 156,51 163,57 162,60 170,60 178,63 180,66 180,69 170,70 160,70 140,72 128,72 114,74
  104,78 88,75 80,73 68,68 60,69 44,66 41,67 30,70 24,71 15,68 11,64 5,61 6,58 11,59 13,56 16,57
  18,60 17,62 22,66 25,65 22,61 28,60 24,59 21,57 20,54 14,54 10,55 8,57 9,54 4,52 -1,49 -5,48
  -1,46 -2,43
/ 114,-22 114,-34 118,-35 124,-33 131,-31 138,-35 144,-38 150,-37 153,-30 153,-26 146,-19 142,-11
  140,-17 136,-15 136,-12 131,-12 126,-14 122,-18
/ -46,60 -53,66 -55,70 -68,76 -60,82 -30,83 -20,80 -20,74 -25,70 -38,65
/ -6,50 1,51 1,53 -2,56 -3,59 -6,57 -3,54 -5,52
/ -10,52 -6,52 -6,55 -9,54
/ -24,65 -22,66 -15,66 -14,65 -19,63
/ 130,31 132,34 137,34 141,36 142,40 140,41 137,37 131,34
/ 140,42 145,43 142,45
/ 44,-25 47,-25 50,-15 49,-12 44,-17
/ 95,5 104,-2 106,-6 101,-2
/ 105,-6 114,-7 114,-9 106,-8
/ 109,1 113,3 117,7 119,5 116,-4 110,-3
/ 119,0 125,2 121,-1 123,-5 120,-5
/ 131,-1 138,-2 147,-6 150,-11 144,-8 138,-8
/ 172,-34 178,-38 175,-42 173,-39
/ 172,-41 174,-42 168,-47 167,-45
/ 120,18 122,18 121,14 124,13 120,15
/ 122,7 126,9 126,6
/ 80,9 82,7 80,6
/ 120,23 121,25 122,25
/ -85,22 -80,23 -75,20 -78,20
/ -74,20 -69,20 -69,18 -74,18
/ -90,73 -80,74 -68,70 -62,66 -65,63 -72,66 -80,70
/ -117,70 -105,70 -105,73 -117,73
/ -92,77 -88,80 -75,83 -65,82 -78,77
/ 145,-41 148,-41 147,-43
/ 52,71 56,73 66,77 60,75
"""


@lru_cache(maxsize=1)
def places() -> dict[str, Place]:
    """By ISO 3166-1 alpha-2 code."""
    found = {}
    for line in _TABLE.split("\n"):
        if line:
            code, name, latitude, longitude = line.split("|")
            found[code] = Place(name, int(latitude), int(longitude))
    return found


def name(code: str) -> str:
    """The country's short English name, or the code itself."""
    place = places().get(code)
    return place.name if place else code


@lru_cache(maxsize=1)
def land() -> tuple[tuple[tuple[int, int], ...], ...]:
    """Outlines as (longitude, latitude)."""
    return tuple(
        tuple((int(a), int(b)) for a, b in (pair.split(",") for pair in outline.split()))
        for outline in _LAND.split("/")
        if outline.strip()
    )
