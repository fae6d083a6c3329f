#!/usr/bin/env python
# -*- coding: utf-8 -*-
if a:
	if b:
        c
  else: d
class A: pass; x = 1; \
  y = 2

def f(
    a,  # comment
  b = [
1, 2
        ],
): return (yield)
while 1: break
else: pass
for x, *y in z: continue
if x:
    pass
   # between two indentations
  elif y:
    pass
