;; Dot products of one query with many rows, four rows at a time so that the query is read once for
;; all of them: out[i] = scales[i] * sum(query[j] * row_i[j]). The query has 16-bit components, the
;; rows have 8-bit ones; dims is a multiple of 16, count is not 0. dot_kernel.ts holds it assembled.
(module
  (memory (export "memory") 1)
  (func $sum (param $v v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $v)) (i32x4.extract_lane 1 (local.get $v)))
      (i32.add (i32x4.extract_lane 2 (local.get $v)) (i32x4.extract_lane 3 (local.get $v)))))
  (func $put (param $out i32) (param $scales i32) (param $v v128)
    (f32.store (local.get $out)
      (f32.mul (f32.load (local.get $scales)) (f32.convert_i32_s (call $sum (local.get $v))))))
  (func (export "dots")
    (param $query i32) (param $rows i32) (param $scales i32) (param $out i32) (param $count i32) (param $dims i32)
    (local $j i32) (local $at i32) (local $row v128) (local $low v128) (local $high v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $two i32) (local $three i32) (local $stride i32) (local $n i32)
    (loop $next
      ;; With fewer than four rows left, all four pointers stand on the same row.
      (local.set $n (select (i32.const 4) (i32.const 1) (i32.ge_u (local.get $count) (i32.const 4))))
      (local.set $stride (select (local.get $dims) (i32.const 0) (i32.eq (local.get $n) (i32.const 4))))
      (local.set $two (i32.shl (local.get $stride) (i32.const 1)))
      (local.set $three (i32.add (local.get $two) (local.get $stride)))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $b (v128.const i32x4 0 0 0 0))
      (local.set $c (v128.const i32x4 0 0 0 0))
      (local.set $d (v128.const i32x4 0 0 0 0))
      (local.set $j (i32.const 0))
      (loop $step
        (local.set $at (i32.add (local.get $rows) (local.get $j)))
        (local.set $low (v128.load (i32.add (local.get $query) (i32.shl (local.get $j) (i32.const 1)))))
        (local.set $high (v128.load offset=16 (i32.add (local.get $query) (i32.shl (local.get $j) (i32.const 1)))))
        (local.set $row (v128.load (local.get $at)))
        (local.set $a (i32x4.add (local.get $a) (i32x4.add
          (i32x4.dot_i16x8_s (local.get $low) (i16x8.extend_low_i8x16_s (local.get $row)))
          (i32x4.dot_i16x8_s (local.get $high) (i16x8.extend_high_i8x16_s (local.get $row))))))
        (local.set $row (v128.load (i32.add (local.get $at) (local.get $stride))))
        (local.set $b (i32x4.add (local.get $b) (i32x4.add
          (i32x4.dot_i16x8_s (local.get $low) (i16x8.extend_low_i8x16_s (local.get $row)))
          (i32x4.dot_i16x8_s (local.get $high) (i16x8.extend_high_i8x16_s (local.get $row))))))
        (local.set $row (v128.load (i32.add (local.get $at) (local.get $two))))
        (local.set $c (i32x4.add (local.get $c) (i32x4.add
          (i32x4.dot_i16x8_s (local.get $low) (i16x8.extend_low_i8x16_s (local.get $row)))
          (i32x4.dot_i16x8_s (local.get $high) (i16x8.extend_high_i8x16_s (local.get $row))))))
        (local.set $row (v128.load (i32.add (local.get $at) (local.get $three))))
        (local.set $d (i32x4.add (local.get $d) (i32x4.add
          (i32x4.dot_i16x8_s (local.get $low) (i16x8.extend_low_i8x16_s (local.get $row)))
          (i32x4.dot_i16x8_s (local.get $high) (i16x8.extend_high_i8x16_s (local.get $row))))))
        (br_if $step (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 16))) (local.get $dims))))
      (call $put (local.get $out) (local.get $scales) (local.get $a))
      (if (local.get $stride) (then
        (call $put (i32.add (local.get $out) (i32.const 4)) (i32.add (local.get $scales) (i32.const 4)) (local.get $b))
        (call $put (i32.add (local.get $out) (i32.const 8)) (i32.add (local.get $scales) (i32.const 8)) (local.get $c))
        (call $put (i32.add (local.get $out) (i32.const 12)) (i32.add (local.get $scales) (i32.const 12)) (local.get $d))))
      (local.set $rows (i32.add (local.get $rows) (i32.mul (local.get $n) (local.get $dims))))
      (local.set $scales (i32.add (local.get $scales) (i32.shl (local.get $n) (i32.const 2))))
      (local.set $out (i32.add (local.get $out) (i32.shl (local.get $n) (i32.const 2))))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (local.get $n)))))))
