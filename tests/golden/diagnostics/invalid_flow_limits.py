# golden: diagnostics(span, code, stage, severity, message, limit_name, limit_value)
def fields(s):
    s.a0 = s.a0; s.a1 = s.a1; s.a2 = s.a2; s.a3 = s.a3; s.a4 = s.a4; s.a5 = s.a5
    s.a6 = s.a6; s.a7 = s.a7; s.a8 = s.a8; s.a9 = s.a9; s.a10 = s.a10; s.a11 = s.a11
    s.a12 = s.a12; s.a13 = s.a13; s.a14 = s.a14; s.a15 = s.a15; s.a16 = s.a16; s.a17 = s.a17
    s.a18 = s.a18; s.a19 = s.a19; s.a20 = s.a20; s.a21 = s.a21; s.a22 = s.a22; s.a23 = s.a23
    s.a24 = s.a24; s.a25 = s.a25; s.a26 = s.a26; s.a27 = s.a27; s.a28 = s.a28; s.a29 = s.a29
    s.a30 = s.a30; s.a31 = s.a31; s.a32 = s.a32; s.a33 = s.a33; s.a34 = s.a34; s.a35 = s.a35
    s.a36 = s.a36; s.a37 = s.a37; s.a38 = s.a38; s.a39 = s.a39; s.a40 = s.a40; s.a41 = s.a41
    s.a42 = s.a42; s.a43 = s.a43; s.a44 = s.a44; s.a45 = s.a45; s.a46 = s.a46; s.a47 = s.a47
    s.a48 = s.a48; s.a49 = s.a49; s.a50 = s.a50; s.a51 = s.a51; s.a52 = s.a52; s.a53 = s.a53
    s.a54 = s.a54; s.a55 = s.a55; s.a56 = s.a56; s.a57 = s.a57; s.a58 = s.a58; s.a59 = s.a59
    s.a60 = s.a60; s.a61 = s.a61; s.a62 = s.a62; s.a63 = s.a63; s.a64 = s.a64; s.a65 = s.a65


def rebound(f):
    n0 = n1 = n2 = n3 = n4 = n5 = n6 = n7 = n8 = n9 = n10 = n11 = n12 = n13 = n14 = n15 = n16 = n17 = n18 = n19 = n20 = n21 = n22 = n23 = n24 = n25 = n26 = n27 = n28 = n29 = n30 = n31 = n32 = 0
    n33 = n34 = n35 = n36 = n37 = n38 = n39 = n40 = n41 = n42 = n43 = n44 = n45 = n46 = n47 = n48 = n49 = n50 = n51 = n52 = n53 = n54 = n55 = n56 = n57 = n58 = n59 = n60 = n61 = n62 = n63 = n64 = n65 = 0

    def g():
        nonlocal n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n17, n18, n19, n20, n21, n22, n23, n24, n25, n26, n27, n28, n29, n30, n31, n32, n33, n34, n35, n36, n37, n38, n39, n40, n41, n42, n43, n44, n45, n46, n47, n48, n49, n50, n51, n52, n53, n54, n55, n56, n57, n58, n59, n60, n61, n62, n63, n64, n65
        n0 = n1 = n2 = n3 = n4 = n5 = n6 = n7 = n8 = n9 = n10 = n11 = n12 = n13 = n14 = n15 = n16 = n17 = n18 = n19 = n20 = n21 = n22 = n23 = n24 = n25 = n26 = n27 = n28 = n29 = n30 = n31 = n32 = 1
        n33 = n34 = n35 = n36 = n37 = n38 = n39 = n40 = n41 = n42 = n43 = n44 = n45 = n46 = n47 = n48 = n49 = n50 = n51 = n52 = n53 = n54 = n55 = n56 = n57 = n58 = n59 = n60 = n61 = n62 = n63 = n64 = n65 = 1

    return f, g, n65
