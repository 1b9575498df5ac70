#version 460
// The object's bit in a mask of 64; the target combines them by OR.

layout(location = 1) flat in uvec2 layer_id;  // y: which bit.
layout(location = 0) out uvec2 out_mask;

void main() {
  uint bit = 1u << (layer_id.y & 31u);
  out_mask = layer_id.y < 32u ? uvec2(bit, 0u) : uvec2(0u, bit);
}
