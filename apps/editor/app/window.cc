#include "apps/editor/app/window.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "apps/editor/app/editor.h"
#include "apps/editor/app/script_runner.h"
#include "apps/editor/app/swapchain.h"
#include "apps/pipeline/backends.h"
#include "apps/pipeline/picture.h"
#include "renderers/vulkan/vk_device.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace diorama::editor {
namespace {

/// Without anything to draw, the loop looks after timers this often.
constexpr double kIdleSeconds = 0.5;

struct GlfwLibrary {
  bool ready = glfwInit() == GLFW_TRUE;
  ~GlfwLibrary() {
    if (ready) glfwTerminate();
  }
};

struct WindowDeleter {
  void operator()(GLFWwindow* window) const { glfwDestroyWindow(window); }
};
using WindowPointer = std::unique_ptr<GLFWwindow, WindowDeleter>;

std::string glfw_problem() {
  const char* text = nullptr;
  return glfwGetError(&text) != GLFW_NO_ERROR && text != nullptr ? text : "unknown reason";
}

Key key_from_glfw(int key) {
  const auto in_row = [key](int first, int last, Key begin) {
    return key >= first && key <= last ? static_cast<Key>(static_cast<int>(begin) + key - first)
                                       : Key::kNone;
  };
  for (const Key found :
       {in_row(GLFW_KEY_A, GLFW_KEY_Z, Key::kA), in_row(GLFW_KEY_0, GLFW_KEY_9, Key::k0),
        in_row(GLFW_KEY_F1, GLFW_KEY_F12, Key::kF1)}) {
    if (found != Key::kNone) return found;
  }
  struct Pair {
    int theirs;
    Key ours;
  };
  static constexpr std::array<Pair, 36> kPairs = {{{GLFW_KEY_TAB, Key::kTab},
                                                   {GLFW_KEY_LEFT, Key::kLeft},
                                                   {GLFW_KEY_RIGHT, Key::kRight},
                                                   {GLFW_KEY_UP, Key::kUp},
                                                   {GLFW_KEY_DOWN, Key::kDown},
                                                   {GLFW_KEY_PAGE_UP, Key::kPageUp},
                                                   {GLFW_KEY_PAGE_DOWN, Key::kPageDown},
                                                   {GLFW_KEY_HOME, Key::kHome},
                                                   {GLFW_KEY_END, Key::kEnd},
                                                   {GLFW_KEY_INSERT, Key::kInsert},
                                                   {GLFW_KEY_DELETE, Key::kDelete},
                                                   {GLFW_KEY_BACKSPACE, Key::kBackspace},
                                                   {GLFW_KEY_SPACE, Key::kSpace},
                                                   {GLFW_KEY_ENTER, Key::kEnter},
                                                   {GLFW_KEY_ESCAPE, Key::kEscape},
                                                   {GLFW_KEY_KP_ENTER, Key::kKeypadEnter},
                                                   {GLFW_KEY_MINUS, Key::kMinus},
                                                   {GLFW_KEY_EQUAL, Key::kEqual},
                                                   {GLFW_KEY_COMMA, Key::kComma},
                                                   {GLFW_KEY_PERIOD, Key::kPeriod},
                                                   {GLFW_KEY_SLASH, Key::kSlash},
                                                   {GLFW_KEY_SEMICOLON, Key::kSemicolon},
                                                   {GLFW_KEY_APOSTROPHE, Key::kApostrophe},
                                                   {GLFW_KEY_LEFT_BRACKET, Key::kLeftBracket},
                                                   {GLFW_KEY_RIGHT_BRACKET, Key::kRightBracket},
                                                   {GLFW_KEY_BACKSLASH, Key::kBackslash},
                                                   {GLFW_KEY_GRAVE_ACCENT, Key::kGrave},
                                                   {GLFW_KEY_LEFT_CONTROL, Key::kCtrl},
                                                   {GLFW_KEY_RIGHT_CONTROL, Key::kCtrl},
                                                   {GLFW_KEY_LEFT_SHIFT, Key::kShift},
                                                   {GLFW_KEY_RIGHT_SHIFT, Key::kShift},
                                                   {GLFW_KEY_LEFT_ALT, Key::kAlt},
                                                   {GLFW_KEY_RIGHT_ALT, Key::kAlt},
                                                   {GLFW_KEY_LEFT_SUPER, Key::kSuper},
                                                   {GLFW_KEY_RIGHT_SUPER, Key::kSuper},
                                                   {GLFW_KEY_KP_SUBTRACT, Key::kMinus}}};
  for (const Pair& pair : kPairs) {
    if (pair.theirs == key) return pair.ours;
  }
  return Key::kNone;
}

/// What the callbacks reach through the window's user pointer.
struct Callbacks {
  Editor* editor = nullptr;
  Swapchain* swapchain = nullptr;
};

Callbacks& callbacks(GLFWwindow* window) {
  return *static_cast<Callbacks*>(glfwGetWindowUserPointer(window));
}
InputQueue& input(GLFWwindow* window) { return callbacks(window).editor->host().input(); }

void connect(GLFWwindow* window, Callbacks& state) {
  glfwSetWindowUserPointer(window, &state);
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double x, double y) {
    // Pixels of the picture, which on some displays are not those of the desktop.
    int width = 0, height = 0, picture_width = 0, picture_height = 0;
    glfwGetWindowSize(w, &width, &height);
    glfwGetFramebufferSize(w, &picture_width, &picture_height);
    if (width <= 0 || height <= 0) return;
    input(w).move(static_cast<float>(x * picture_width / width),
                  static_cast<float>(y * picture_height / height));
  });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int entered) {
    if (entered == GLFW_FALSE) input(w).move(-1e6F, -1e6F);
  });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int button, int action, int) {
    input(w).button(button, action == GLFW_PRESS);
  });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double x, double y) {
    input(w).wheel(static_cast<float>(x), static_cast<float>(y));
  });
  glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int, int action, int) {
    if (action != GLFW_REPEAT) input(w).key(key_from_glfw(key), action == GLFW_PRESS);
    callbacks(w).editor->host().keep_drawing();
  });
  glfwSetCharCallback(window,
                      [](GLFWwindow* w, unsigned codepoint) { input(w).character(codepoint); });
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int focused) {
    if (focused == GLFW_FALSE) input(w).release_all();
    callbacks(w).editor->host().keep_drawing();
  });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) {
    callbacks(w).swapchain->resize();
    callbacks(w).editor->host().keep_drawing();
  });
  glfwSetWindowRefreshCallback(window,
                               [](GLFWwindow* w) { callbacks(w).editor->host().keep_drawing(); });
  glfwSetWindowContentScaleCallback(
      window, [](GLFWwindow* w, float x, float) { callbacks(w).editor->set_display_scale(x); });
  glfwSetWindowCloseCallback(window, [](GLFWwindow* w) {
    glfwSetWindowShouldClose(w, GLFW_FALSE);
    callbacks(w).editor->request_close();
  });
  glfwSetDropCallback(window, [](GLFWwindow* w, int count, const char** paths) {
    callbacks(w).editor->drop(std::vector<std::string>(paths, paths + count));
  });
}

/// The pointer's shape follows what it is over.
class Cursors {
 public:
  void show(GLFWwindow* window, PointerShape shape) {
    if (shape == shown_) return;
    shown_ = shape;
    int kind = GLFW_ARROW_CURSOR;
    if (shape == PointerShape::kText) kind = GLFW_IBEAM_CURSOR;
    if (shape == PointerShape::kHorizontal) kind = GLFW_HRESIZE_CURSOR;
    if (shape == PointerShape::kVertical) kind = GLFW_VRESIZE_CURSOR;
    if (shape == PointerShape::kHand) kind = GLFW_HAND_CURSOR;
    GLFWcursor*& cursor = made_[static_cast<std::size_t>(shape)];
    if (cursor == nullptr) cursor = glfwCreateStandardCursor(kind);
    glfwSetCursor(window, cursor);
  }

 private:
  PointerShape shown_ = PointerShape::kArrow;
  std::array<GLFWcursor*, 5> made_{};  // glfwTerminate frees them
};

Status run_loop(GLFWwindow* window, Editor& editor, Swapchain& swapchain, const Options& options) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point last = Clock::now();
  Cursors cursors;
  std::string title;
  std::unique_ptr<ScriptRunner> script;
  if (!options.script.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(script, ScriptRunner::load(options.script, editor));
  }
  int frames = 0;
  while (!editor.closed()) {
    if (editor.wants_frame() || script != nullptr) {
      glfwPollEvents();
    } else {
      glfwWaitEventsTimeout(kIdleSeconds);
    }
    editor.tick();
    if (script != nullptr) {
      DIORAMA_RETURN_IF_ERROR(script->before_frame());
      if (script->done()) {
        editor.end_script();
        break;
      }
    }
    int width = 0, height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    if (width == 0 || height == 0) {
      glfwWaitEventsTimeout(kIdleSeconds);
      continue;
    }
    if (!editor.wants_frame() && script == nullptr) {
      last = Clock::now();
      continue;
    }
    const auto present = swapchain.acquire(width, height);
    if (!present) continue;
    const Clock::time_point now = Clock::now();
    const double seconds =
        options.test_mode ? 1.0 / 60.0 : std::chrono::duration<double>(now - last).count();
    last = now;
    DIORAMA_RETURN_IF_ERROR(
        editor.frame(swapchain.width_px(), swapchain.height_px(), seconds, &*present));
    swapchain.present();
    cursors.show(window, editor.host().pointer_shape());
    if (editor.title() != title) {
      title = editor.title();
      glfwSetWindowTitle(window, title.c_str());
    }
    constexpr int kSettled = 5;
    if (!options.screenshot.empty() && script == nullptr && ++frames >= kSettled && !editor.busy())
      break;
  }
  if (options.screenshot.empty()) return {};
  DIORAMA_ASSIGN_OR_RETURN(const ImageU8 picture, editor.host().picture());
  return write_png(options.screenshot, picture);
}

}  // namespace

Status run_window(const Options& options) {
  const GlfwLibrary library;
  const std::string advice =
      "; start it on a desktop, or use --headless with --screenshot or --script";
  if (!library.ready) return unavailable("no display: " + glfw_problem() + advice);
  std::uint32_t count = 0;
  const char** names = glfwGetRequiredInstanceExtensions(&count);
  if (names == nullptr)
    return unavailable("Vulkan cannot draw on this display: " + glfw_problem() + advice);
  vulkan::DeviceExtras extras;
  extras.instance_extensions.assign(names, names + count);
  extras.device_extensions = {VK_KHR_SWAPCHAIN_EXTENSION_NAME};
  DIORAMA_ASSIGN_OR_RETURN(const auto device,
                           vulkan::make_device(options.device, validation_requested(), extras));

  glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  const WindowPointer window(
      glfwCreateWindow(options.width_px, options.height_px, "diorama", nullptr, nullptr));
  if (window == nullptr) return unavailable("cannot open a window: " + glfw_problem() + advice);
  try {
    VkSurfaceKHR raw_surface = VK_NULL_HANDLE;
    if (glfwCreateWindowSurface(*device->instance->instance, window.get(), nullptr, &raw_surface) !=
        VK_SUCCESS) {
      return unavailable("Vulkan cannot draw on this window: " + glfw_problem());
    }
    const vk::raii::SurfaceKHR surface(device->instance->instance, raw_surface);
    if (!device->candidate.physical.getSurfaceSupportKHR(device->queue_family, *surface)) {
      return unavailable("Vulkan device '" + device->candidate.name +
                         "' cannot draw on this display; name another one with --device");
    }
    Swapchain swapchain(*device, surface);
    DIORAMA_ASSIGN_OR_RETURN(const auto editor,
                             Editor::make(*device, options, [] { glfwPostEmptyEvent(); }));
    Callbacks state{editor.get(), &swapchain};
    connect(window.get(), state);
    editor->host().use_clipboard(
        {.get =
             [&] {
               const char* text = glfwGetClipboardString(window.get());
               return std::string(text != nullptr ? text : "");
             },
         .set =
             [&](const std::string& text) { glfwSetClipboardString(window.get(), text.c_str()); }});
    float scale = 1.0F;
    glfwGetWindowContentScale(window.get(), &scale, nullptr);
    if (!options.test_mode) editor->set_display_scale(scale);
    const Status status = run_loop(window.get(), *editor, swapchain, options);
    tell_user(editor->save_settings());
    device->device.waitIdle();
    DIORAMA_RETURN_IF_ERROR(status);
    if (const std::string messages = device->instance->messages->text(); !messages.empty()) {
      return failed("Vulkan validation: " + messages);
    }
    return {};
  } catch (...) {
    return vulkan::status_of_exception("cannot show the window");
  }
}

}  // namespace diorama::editor
