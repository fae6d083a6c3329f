# Literals where one character more or less moves all that follows.
f'{'
f'>{'
f"{x!r:>{width}.{precision}}" f'{a:{b:{c}}}'
f'''{
  value
  :{'{'}>10}'''
rf"\d{{{count}}}" 'joined' b'bytes' u'old'
f'{x = }' f'{x=!s:^10}' f'{(lambda y: y)(1)}' f'{ {1: 2}[1] }'
t'{name!a:{spec}}' t"""{
a}"""
f"{f'{f"{1}"}'}"
'\N{LATIN SMALL LETTER A} \x41 \u0041 \U00000041 \777 \
'
"\N{" '\x4' '\u12' b'\xz'
'''open
until the end"
