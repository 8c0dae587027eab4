"""Passwords of ten characters and more that are tried first, in small letters; shorter ones are refused for their length.

Chosen by us from what is told of leaked passwords the world over and in China: rows of keys, dates with names, love by numbers.
"""

from __future__ import annotations

from typing import Final

COMMON: Final = frozenset(
    """
    0123456789 0987654321 1111111111 1122334455 1212121212 1231231231 1234512345 1234567890 12345678910 123456789a
    123456789q 1234567899 123456789abc 123456789qwe 1234567890a 12345qwert 123654789a 147258369a 147258369q 1472583690
    1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y 1qazxsw23edc 1qaz@wsx3edc 1qaz2wsx#edc 2222222222 3333333333 5201314520
    5201314521 5211314521 5555555555 6666666666 7777777777 7758521521 7894561230 8888888888 88888888aa 9876543210
    9999999999 a0123456789 a123456789 a1234567890 aa123456789 aa12345678 aaaaaaaaaa abc1234567 abc12345678
    abc123456789 abcd123456 abcd1234567 abcd12345678 abcde12345 abcdefghij abcdefghijk admin12345 admin123456
    admin@123456 administrator adminadmin as123456789 asd123456789 asdfasdfasdf asdfghjkl1 asdfghjkl; asdf123456
    baseball123 basketball changeme12 changeme123 changeme1234 charlie123 computer123 default123 dragon1234
    fuckyou123 football123 football12 government hello12345 hello123456 iloveyou12 iloveyou123 iloveyou1314
    iloveyou520 letmein123 letmein1234 liverpool1 manchester manutd1234 master1234 michael123 monkey1234
    monkey12345 mustang123 p@ssw0rd12 p@ssw0rd123 p@ssword123 pa55word123 pass123456 pass1234567 passw0rd12
    passw0rd123 passw0rd1234 password00 password01 password10 password11 password12 password123 password1234
    password12345 password123456 password! password1! password12! password123! password@1 password@123 passwordpassword
    princess12 princess123 q123456789 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx1234 qazwsx12345 qazwsx123456 qazwsxedc1
    qazwsxedcrfv qq123456789 qq1234567890 qq5201314520 qwe123456789 qwe1234567 qwer123456 qwer1234567 qwer12345678
    qwerasdfzxcv qwert12345 qwert123456 qwerty1234 qwerty12345 qwerty123456 qwerty1234567 qwerty123! qwertyqwerty
    qwertyuiop qwertyuiop1 qwertyuiop123 qwertyuiop[] root123456 samsung123 secret1234 shadow1234 starwars12
    starwars123 sunshine12 sunshine123 superman12 superman123 test123456 test12345678 testtest12 testtest123
    trustno123 user123456 w123456789 wang123456 wang123456789 welcome123 welcome1234 welcome12345 welcome@123
    whatever123 woaini1314 woaini13145 woaini1314520 woaini5201314 woaini520520 woaini520 woaini521 woainima123
    xiaoming123 z123456789 zaq12wsx123 zhang12345 zhang123456 zxc1234567 zxc123456789 zxcvbnm1234 zxcvbnm123
    zxcvbnm12345 zxcvbnm,./ zxcvbnmasd zhongguo123 woaizhongguo openesim123 openesim1234 openesimopenesim
    correcthorsebatterystaple
    """.split()  # noqa: SIM905 (a list would fill three times the lines)
)
