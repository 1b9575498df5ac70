#version 450
layout(location = 0) in vec2 in_uv;
layout(location = 1) in vec4 in_color;
layout(location = 0) out vec4 out_color;
layout(set = 0, binding = 0) uniform sampler2DArray picture;

void main() { out_color = in_color * texture(picture, vec3(in_uv, 0.0)); }
