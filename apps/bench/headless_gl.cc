#include "apps/bench/headless_gl.h"

#include <utility>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <dlfcn.h>

namespace diorama {

struct HeadlessGl::Egl {
  void* library = nullptr;
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLContext context = EGL_NO_CONTEXT;
  decltype(&eglGetPlatformDisplay) get_platform_display = nullptr;
  decltype(&eglInitialize) initialize = nullptr;
  decltype(&eglBindAPI) bind_api = nullptr;
  decltype(&eglChooseConfig) choose_config = nullptr;
  decltype(&eglCreateContext) create_context = nullptr;
  decltype(&eglMakeCurrent) make_current = nullptr;
  decltype(&eglDestroyContext) destroy_context = nullptr;
  decltype(&eglTerminate) terminate = nullptr;

  template <typename Function>
  bool load(const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
  }

  bool load_all() {
    return load("eglGetPlatformDisplay", get_platform_display) &&
           load("eglInitialize", initialize) && load("eglBindAPI", bind_api) &&
           load("eglChooseConfig", choose_config) && load("eglCreateContext", create_context) &&
           load("eglMakeCurrent", make_current) && load("eglDestroyContext", destroy_context) &&
           load("eglTerminate", terminate);
  }
};

Result<std::unique_ptr<HeadlessGl>> HeadlessGl::make() {
  auto egl = std::make_unique<Egl>();
  // Global, because MuJoCo looks for eglGetProcAddress among what the process has loaded.
  egl->library = dlopen("libEGL.so.1", RTLD_NOW | RTLD_GLOBAL);
  if (egl->library == nullptr || !egl->load_all()) {
    return unavailable(
        "MuJoCo's renderer needs EGL, and libEGL.so.1 does not load: install the package libegl1");
  }
  egl->display =
      egl->get_platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
  const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                           EGL_NONE};
  EGLConfig config = nullptr;
  EGLint num_configs = 0;
  const bool started = egl->display != EGL_NO_DISPLAY &&
                       egl->initialize(egl->display, nullptr, nullptr) &&
                       egl->choose_config(egl->display, wanted, &config, 1, &num_configs) &&
                       num_configs == 1 && egl->bind_api(EGL_OPENGL_API);
  if (started) egl->context = egl->create_context(egl->display, config, EGL_NO_CONTEXT, nullptr);
  if (egl->context == EGL_NO_CONTEXT ||
      !egl->make_current(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, egl->context)) {
    return unavailable(
        "EGL gives no surfaceless OpenGL context for MuJoCo's renderer: install the package "
        "libegl-mesa0");
  }
  return std::unique_ptr<HeadlessGl>(new HeadlessGl(std::move(egl)));
}

HeadlessGl::HeadlessGl(std::unique_ptr<Egl> egl) : egl_(std::move(egl)) {}

// The library stays loaded: MuJoCo keeps its functions.
HeadlessGl::~HeadlessGl() {
  egl_->make_current(egl_->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  egl_->destroy_context(egl_->display, egl_->context);
  egl_->terminate(egl_->display);
}

}  // namespace diorama
