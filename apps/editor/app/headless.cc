#include "apps/editor/app/headless.h"

#include <chrono>
#include <memory>
#include <thread>

#include "apps/editor/app/editor.h"
#include "apps/editor/app/script_runner.h"
#include "apps/pipeline/backends.h"
#include "apps/pipeline/picture.h"
#include "renderers/vulkan/vk_device.h"

namespace diorama::editor {
namespace {

/// Time between frames as the editor sees it, so that a script does the same however fast it is
/// drawn.
constexpr double kFrameSeconds = 1.0 / 60.0;
/// Frames until a picture without a script has everything in its place.
constexpr int kSettleFrames = 5;
/// How long a picture waits for previews and the like.
constexpr double kBusySeconds = 60.0;
/// While a script waits for real time to pass, the processor belongs to what it waits for.
constexpr std::chrono::milliseconds kPause{5};

Status run(Editor& editor, const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  int width = options.width_px, height = options.height_px;
  std::unique_ptr<ScriptRunner> script;
  if (!options.script.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(script, ScriptRunner::load(options.script, editor));
  }
  for (int frame = 0; !editor.closed(); ++frame) {
    if (script != nullptr) {
      DIORAMA_RETURN_IF_ERROR(script->before_frame());
      if (script->done()) {
        editor.end_script();
        break;
      }
      if (script->width_px() > 0) {
        width = script->width_px();
        height = script->height_px();
      }
      if (script->waiting()) std::this_thread::sleep_for(kPause);
    } else if (frame >= kSettleFrames) {
      const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
      if (!editor.busy() || spent.count() > kBusySeconds) break;
      std::this_thread::sleep_for(kPause);
    }
    DIORAMA_RETURN_IF_ERROR(editor.frame(width, height, kFrameSeconds));
  }
  if (!options.screenshot.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(const ImageU8 picture, editor.host().picture());
    DIORAMA_RETURN_IF_ERROR(write_png(options.screenshot, picture));
  }
  // A script says itself what it expects; who only wants to see a file hears that it gives no scene.
  if (script != nullptr || options.file.empty()) return {};
  return editor.context().workspace.snapshot()->load_status.with_context(options.file);
}

}  // namespace

Status run_headless(const Options& options) {
  DIORAMA_ASSIGN_OR_RETURN(const auto device,
                           vulkan::make_device(options.device, validation_requested()));
  {
    DIORAMA_ASSIGN_OR_RETURN(const auto editor, Editor::make(*device, options));
    const Status status = run(*editor, options);
    tell_user(editor->save_settings());
    DIORAMA_RETURN_IF_ERROR(status);
  }
  if (const std::string messages = device->instance->messages->text(); !messages.empty()) {
    return failed("Vulkan validation: " + messages);
  }
  return {};
}

}  // namespace diorama::editor
