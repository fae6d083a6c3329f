def f(a, b:
    return [x for x in
class A(:
    def g(self) return 1
    x = = 2
if x = 1: pass
for in y: pass
def h(): ... ))
print "a" % b; exec "c"
a = 1 +
0777 1__0 0x 1e 1_ 0b12 9l
a b c; x? $y <> z
import a.; from . import
else: pass
f(a for b in c, d)
None = 1; f() = 2; (a, b) += 3; del f()
