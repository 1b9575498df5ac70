// What the first pass keeps of a pixel for shading, one texel so that it is fetched once: x = normal in the camera frame,
// octahedral (Cigolle et al., "A Survey of Efficient Representations for Independent Unit Vectors", JCGT 2014); y =
// square roots of the linear base colour, 11, 11 and 10 bits; z = roughness and metallic, 8 bits each, and as half the
// pre-exposed radiance of a base colour of 1; w = depth (m), 0 = nothing. frame_data.cc packs y and z of an instance.

uint pack_normal(vec3 n) {
  vec2 p = n.xy * (1.0 / (abs(n.x) + abs(n.y) + abs(n.z)));
  if (n.z < 0.0) p = (1.0 - abs(p.yx)) * vec2(p.x >= 0.0 ? 1.0 : -1.0, p.y >= 0.0 ? 1.0 : -1.0);
  return packSnorm2x16(p);
}

vec3 unpack_normal(uint bits) {
  vec2 p = unpackSnorm2x16(bits);
  vec3 n = vec3(p, 1.0 - abs(p.x) - abs(p.y));
  float fold = max(-n.z, 0.0);
  n.x += n.x >= 0.0 ? -fold : fold;
  n.y += n.y >= 0.0 ? -fold : fold;
  return normalize(n);
}

uint pack_base_color(vec3 color) {
  uvec3 bits = uvec3(sqrt(clamp(color, vec3(0.0), vec3(1.0))) * vec3(2047.0, 2047.0, 1023.0) + 0.5);
  return bits.x | bits.y << 11 | bits.z << 22;
}

vec3 unpack_base_color(uint bits) {
  vec3 root = vec3(bits & 2047u, bits >> 11 & 2047u, bits >> 22) * vec3(1.0 / 2047.0, 1.0 / 2047.0, 1.0 / 1023.0);
  return root * root;
}

// Roughness, metallic, emission.
vec3 unpack_material(uint bits) {
  return vec3(vec2(bits & 255u, bits >> 8 & 255u) * (1.0 / 255.0), unpackHalf2x16(bits >> 16).x);
}
