// Icons by meaning: a glyph of Font Awesome 4.7, and the text that stands for it where that font is
// missing.
#pragma once

namespace diorama::editor {

struct Icon {
  const char* glyph;     ///< UTF-8, in U+F000 to U+F2E0.
  const char* fallback;  ///< One to three ASCII characters.
};

namespace icon {
inline constexpr Icon kNew{"\uf016", "+"};
inline constexpr Icon kOpen{"\uf07c", "O"};
inline constexpr Icon kSave{"\uf0c7", "S"};
inline constexpr Icon kUndo{"\uf0e2", "<-"};
inline constexpr Icon kRedo{"\uf01e", "->"};
inline constexpr Icon kPlay{"\uf04b", ">"};
inline constexpr Icon kPause{"\uf04c", "||"};
inline constexpr Icon kStep{"\uf051", ">|"};
inline constexpr Icon kStepBack{"\uf048", "|<"};
inline constexpr Icon kReset{"\uf0e2", "|<"};
inline constexpr Icon kStop{"\uf04d", "[]"};
inline constexpr Icon kBookmark{"\uf02e", "B"};
inline constexpr Icon kSearch{"\uf002", "?"};
inline constexpr Icon kSettings{"\uf013", "*"};
inline constexpr Icon kKeyboard{"\uf11c", "K"};
inline constexpr Icon kHelp{"\uf059", "?"};
inline constexpr Icon kInfo{"\uf05a", "i"};
inline constexpr Icon kWarning{"\uf071", "!"};
inline constexpr Icon kError{"\uf057", "x"};
inline constexpr Icon kGood{"\uf058", "ok"};
inline constexpr Icon kClose{"\uf00d", "x"};
inline constexpr Icon kAdd{"\uf067", "+"};
inline constexpr Icon kRemove{"\uf1f8", "-"};
inline constexpr Icon kDuplicate{"\uf0c5", "2x"};
inline constexpr Icon kUp{"\uf062", "^"};
inline constexpr Icon kDown{"\uf063", "v"};
inline constexpr Icon kShow{"\uf06e", "o"};
inline constexpr Icon kHide{"\uf070", "-"};
inline constexpr Icon kRandom{"\uf074", "~"};
inline constexpr Icon kPin{"\uf08d", "P"};
inline constexpr Icon kFolder{"\uf07b", "/"};
inline constexpr Icon kFile{"\uf15b", "f"};
inline constexpr Icon kScene{"\uf1ae", "S"};
inline constexpr Icon kBody{"\uf1b2", "b"};
inline constexpr Icon kGroup{"\uf1b3", "g"};
inline constexpr Icon kShape{"\uf096", "s"};
inline constexpr Icon kJoint{"\uf0c1", "j"};
inline constexpr Icon kCamera{"\uf030", "c"};
inline constexpr Icon kLight{"\uf0eb", "l"};
inline constexpr Icon kMaterial{"\uf043", "m"};
inline constexpr Icon kActuator{"\uf0e7", "a"};
inline constexpr Icon kVary{"\uf074", "~"};
inline constexpr Icon kMove{"\uf047", "T"};
inline constexpr Icon kRotate{"\uf021", "R"};
inline constexpr Icon kScale{"\uf065", "S"};
inline constexpr Icon kSelect{"\uf245", "^"};
inline constexpr Icon kFrame{"\uf05b", "[]"};
inline constexpr Icon kMagnet{"\uf076", "U"};
inline constexpr Icon kWorld{"\uf0ac", "W"};
inline constexpr Icon kGrid{"\uf00a", "::"};
inline constexpr Icon kChart{"\uf201", "/\\"};
inline constexpr Icon kList{"\uf03a", "="};
inline constexpr Icon kTree{"\uf0e8", "|-"};
inline constexpr Icon kDatabase{"\uf1c0", "D"};
inline constexpr Icon kCopy{"\uf0c5", "C"};
inline constexpr Icon kPicture{"\uf03e", "P"};
inline constexpr Icon kMore{"\uf142", ":"};
inline constexpr Icon kLayers{"\uf0c9", "="};
}  // namespace icon

}  // namespace diorama::editor
