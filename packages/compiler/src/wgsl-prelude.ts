/** Functions that WGSL lacks, or has with another meaning for NaN, zero divisors and 64 bits. Each names those it needs. */
const functions: Readonly<Record<string, string>> = {
  sp_float: `fn sp_float(bits: u32) -> f32 { return bitcast<f32>(bits); }`,
  // Compilers fold x != x away: NaN is told by its bits.
  sp_is_nan: `fn sp_is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  // Without branches, which threads side by side would all have to follow.
  sp_min: `fn sp_min(a: f32, b: f32) -> f32 {
  let one = select(b, a, a < b);
  let number = select(one, bitcast<f32>(bitcast<u32>(a) | bitcast<u32>(b)), a == b);
  return select(select(number, b, sp_is_nan(b)), a, sp_is_nan(a));
}`,
  sp_max: `fn sp_max(a: f32, b: f32) -> f32 {
  let one = select(b, a, a > b);
  let number = select(one, bitcast<f32>(bitcast<u32>(a) & bitcast<u32>(b)), a == b);
  return select(select(number, b, sp_is_nan(b)), a, sp_is_nan(a));
}`,
  sp_times_zero: `fn sp_times_zero(x: f32, zero: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7f800000u) == 0x7f800000u) { return sp_float(0x7fc00000u); }
  return bitcast<f32>((bits ^ bitcast<u32>(zero)) & 0x80000000u);
}`,
  sp_sub_self: `fn sp_sub_self(x: f32) -> f32 { return select(0.0, sp_float(0x7fc00000u), (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u); }`,
  sp_div_self: `fn sp_div_self(x: f32) -> f32 {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  return select(1.0, sp_float(0x7fc00000u), bits >= 0x7f800000u || bits == 0u);
}`,
  // The remainder of magnitudes, bit by bit as long division: exact, with the sign of the dividend.
  sp_rem_f32: `fn sp_rem_f32(x: f32, y: f32) -> f32 {
  let sign = bitcast<u32>(x) & 0x80000000u;
  var a = bitcast<u32>(x) & 0x7fffffffu;
  let b = bitcast<u32>(y) & 0x7fffffffu;
  if (a >= 0x7f800000u || b > 0x7f800000u || b == 0u) { return sp_float(0x7fc00000u); }
  if (a < b) { return x; }
  var ea = i32(a >> 23u);
  let eb = i32(b >> 23u);
  var ma = select((a & 0x7fffffu) | 0x800000u, a & 0x7fffffu, ea == 0);
  let mb = select((b & 0x7fffffu) | 0x800000u, b & 0x7fffffu, eb == 0);
  for (var n = max(ea, 1) - max(eb, 1); n >= 0; n--) {
    if (ma >= mb) { ma -= mb; }
    if (n > 0) { ma <<= 1u; }
  }
  if (ma == 0u) { return bitcast<f32>(sign); }
  var e = max(eb, 1);
  let lift = min(i32(countLeadingZeros(ma)) - 8, e - 1);
  ma <<= u32(lift);
  e -= lift;
  let bits = select(ma & 0x7fffffu, ma, ma < 0x800000u) | select(u32(e) << 23u, 0u, ma < 0x800000u);
  return bitcast<f32>(bits | sign);
}`,
  sp_f32_i32: `fn sp_f32_i32(x: f32) -> i32 {
  if (sp_is_nan(x)) { return 0; }
  if (x >= 2147483648.0) { return 2147483647; }
  if (x <= -2147483648.0) { return i32(-2147483648); }
  return i32(x);
}`,
  sp_f32_u32: `fn sp_f32_u32(x: f32) -> u32 {
  if (sp_is_nan(x) || x <= 0.0) { return 0u; }
  if (x >= 4294967296.0) { return 4294967295u; }
  return u32(x);
}`,
  sp_div_i32: `fn sp_div_i32(a: i32, b: i32) -> i32 { return select(a / select(b, 1, b == 0), 0, b == 0); }`,
  sp_div_u32: `fn sp_div_u32(a: u32, b: u32) -> u32 { return select(a / select(b, 1u, b == 0u), 0u, b == 0u); }`,
  sp_rem_i32: `fn sp_rem_i32(a: i32, b: i32) -> i32 { return select(a % select(b, 1, b == 0), 0, b == 0); }`,
  sp_rem_u32: `fn sp_rem_u32(a: u32, b: u32) -> u32 { return select(a % select(b, 1u, b == 0u), 0u, b == 0u); }`,

  // 64-bit integers are two words, the low one first.
  sp_add_u64: `fn sp_add_u64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}`,
  sp_neg_u64: `fn sp_neg_u64(a: vec2<u32>) -> vec2<u32> { return sp_add_u64(~a, vec2<u32>(1u, 0u)); }`,
  sp_sub_u64: `fn sp_sub_u64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}`,
  sp_wide_mul: `fn sp_wide_mul(a: u32, b: u32) -> vec2<u32> {
  let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
  let low = al * bl;
  let mid = ah * bl + (low >> 16u);
  let mid2 = al * bh + (mid & 0xffffu);
  return vec2<u32>((mid2 << 16u) | (low & 0xffffu), ah * bh + (mid >> 16u) + (mid2 >> 16u));
}`,
  sp_mul_u64: `fn sp_mul_u64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let p = sp_wide_mul(a.x, b.x);
  return vec2<u32>(p.x, p.y + a.x * b.y + a.y * b.x);
}`,
  sp_lt_u64: `fn sp_lt_u64(a: vec2<u32>, b: vec2<u32>) -> bool { return a.y < b.y || (a.y == b.y && a.x < b.x); }`,
  sp_lt_i64: `fn sp_lt_i64(a: vec2<u32>, b: vec2<u32>) -> bool {
  let ay = bitcast<i32>(a.y); let by = bitcast<i32>(b.y);
  return ay < by || (ay == by && a.x < b.x);
}`,
  sp_shl_u64: `fn sp_shl_u64(a: vec2<u32>, count: vec2<u32>) -> vec2<u32> {
  let n = count.x & 63u;
  if (n == 0u) { return a; }
  if (n >= 32u) { return vec2<u32>(0u, a.x << (n - 32u)); }
  return vec2<u32>(a.x << n, (a.y << n) | (a.x >> (32u - n)));
}`,
  sp_shr_u64: `fn sp_shr_u64(a: vec2<u32>, count: vec2<u32>) -> vec2<u32> {
  let n = count.x & 63u;
  if (n == 0u) { return a; }
  if (n >= 32u) { return vec2<u32>(a.y >> (n - 32u), 0u); }
  return vec2<u32>((a.x >> n) | (a.y << (32u - n)), a.y >> n);
}`,
  sp_shr_i64: `fn sp_shr_i64(a: vec2<u32>, count: vec2<u32>) -> vec2<u32> {
  let n = count.x & 63u;
  let high = bitcast<i32>(a.y);
  if (n == 0u) { return a; }
  if (n >= 32u) { return vec2<u32>(bitcast<u32>(high >> (n - 32u)), bitcast<u32>(high >> 31u)); }
  return vec2<u32>((a.x >> n) | (a.y << (32u - n)), bitcast<u32>(high >> n));
}`,
  sp_divmod: `fn sp_divmod(a: vec2<u32>, b: vec2<u32>) -> vec4<u32> {
  if (all(b == vec2<u32>(0u))) { return vec4<u32>(0u); }
  if (a.y == 0u && b.y == 0u) { return vec4<u32>(a.x / b.x, 0u, a.x % b.x, 0u); }
  var q = vec2<u32>(0u);
  var r = vec2<u32>(0u);
  for (var i = 63; i >= 0; i--) {
    let over = (r.y >> 31u) == 1u;
    let bit = select(a.x >> u32(i & 31), a.y >> u32(i & 31), i >= 32) & 1u;
    r = vec2<u32>((r.x << 1u) | bit, (r.y << 1u) | (r.x >> 31u));
    if (over || !sp_lt_u64(r, b)) {
      r = sp_sub_u64(r, b);
      if (i >= 32) { q.y |= 1u << u32(i & 31); } else { q.x |= 1u << u32(i & 31); }
    }
  }
  return vec4<u32>(q, r);
}`,
  sp_abs_i64: `fn sp_abs_i64(a: vec2<u32>) -> vec2<u32> { return select(a, sp_neg_u64(a), (a.y >> 31u) == 1u); }`,
  sp_div_u64: `fn sp_div_u64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return sp_divmod(a, b).xy; }`,
  sp_rem_u64: `fn sp_rem_u64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return sp_divmod(a, b).zw; }`,
  sp_div_i64: `fn sp_div_i64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let q = sp_divmod(sp_abs_i64(a), sp_abs_i64(b)).xy;
  return select(q, sp_neg_u64(q), ((a.y ^ b.y) >> 31u) == 1u);
}`,
  sp_rem_i64: `fn sp_rem_i64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let r = sp_divmod(sp_abs_i64(a), sp_abs_i64(b)).zw;
  return select(r, sp_neg_u64(r), (a.y >> 31u) == 1u);
}`,
  sp_i32_i64: `fn sp_i32_i64(x: i32) -> vec2<u32> { return vec2<u32>(bitcast<u32>(x), bitcast<u32>(x >> 31u)); }`,
  // Rounded once, ties to even: the top 24 bits, a rounding bit and whether anything follows.
  sp_u64_f32: `fn sp_u64_f32(a: vec2<u32>) -> f32 {
  if (a.y == 0u) { return f32(a.x); }
  let n = countLeadingZeros(a.y);
  let top = sp_shl_u64(a, vec2<u32>(n, 0u));
  let kept = top.y >> 7u;
  let up = (kept & 1u) == 1u && ((kept & 2u) == 2u || top.x != 0u || (top.y & 0x7fu) != 0u);
  let rounded = (kept + select(0u, 1u, up)) >> 1u;
  return f32(rounded) * bitcast<f32>((127u + 40u - n) << 23u);
}`,
  sp_i64_f32: `fn sp_i64_f32(a: vec2<u32>) -> f32 { let x = sp_u64_f32(sp_abs_i64(a)); return select(x, -x, (a.y >> 31u) == 1u); }`,
  sp_f32_u64: `fn sp_f32_u64(x: f32) -> vec2<u32> {
  if (sp_is_nan(x) || x < 1.0) { return vec2<u32>(0u); }
  if (x >= 18446744073709551616.0) { return vec2<u32>(0xffffffffu); }
  let bits = bitcast<u32>(x);
  let e = i32(bits >> 23u) - 150;
  let m = vec2<u32>((bits & 0x7fffffu) | 0x800000u, 0u);
  if (e >= 0) { return sp_shl_u64(m, vec2<u32>(u32(e), 0u)); }
  return vec2<u32>(m.x >> u32(-e), 0u);
}`,
  sp_f32_i64: `fn sp_f32_i64(x: f32) -> vec2<u32> {
  if (x >= 9223372036854775808.0) { return vec2<u32>(0xffffffffu, 0x7fffffffu); }
  if (x <= -9223372036854775808.0) { return vec2<u32>(0u, 0x80000000u); }
  let a = sp_f32_u64(abs(x));
  return select(a, sp_neg_u64(a), x < 0.0);
}`,
};

/** The functions that a text names, and those that these name, in an order WGSL takes. */
export function preludeFor(text: string): string {
  const wanted = new Set<string>();
  const walk = (body: string): void => {
    for (const [name] of body.matchAll(/\bsp_\w+/g)) {
      if (wanted.has(name)) continue;
      if (!functions[name]) throw new Error(`WGSL: no function '${name}'`);
      wanted.add(name);
      walk(functions[name]);
    }
  };
  walk(text);
  return Object.keys(functions).flatMap((name) => (wanted.has(name) ? [functions[name]!] : [])).join('\n'); // prettier-ignore
}
