#include "apps/pipeline/animation.h"

#include <cmath>
#include <memory>
#include <string>

#include "exporters/shard/output_file.h"

#include <webp/encode.h>
#include <webp/mux.h>

namespace diorama {
namespace {

constexpr float kQuality = 80.0F;
constexpr int kAloneMs = 1000;  ///< A single picture.

struct DeleteEncoder {
  void operator()(WebPAnimEncoder* encoder) const { WebPAnimEncoderDelete(encoder); }
};

/// Owns what the encoder gives.
struct Data {
  Data() { WebPDataInit(&bytes); }
  ~Data() { WebPDataClear(&bytes); }
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;
  WebPData bytes{};
};

struct Picture {
  Picture() { usable = WebPPictureInit(&value) != 0; }
  ~Picture() { WebPPictureFree(&value); }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
  WebPPicture value{};
  bool usable = false;
};

int milliseconds(double seconds) { return static_cast<int>(std::lround(1000.0 * seconds)); }

}  // namespace

Status write_webp(const std::filesystem::path& path, const Animation& animation) {
  const auto problem = [&](const std::string& what) { return output_error(path.string() + ": the animation cannot be made: " + what); };
  if (animation.pictures.empty() || animation.times_s.size() != animation.pictures.size()) return problem("no pictures");
  const ImageU8& first = animation.pictures[0];
  WebPAnimEncoderOptions options;
  WebPConfig config;
  if (!WebPAnimEncoderOptionsInit(&options) || !WebPConfigInit(&config)) return problem("another version of libwebp");
  config.quality = kQuality;
  config.method = 4;
  const std::unique_ptr<WebPAnimEncoder, DeleteEncoder> encoder(
      WebPAnimEncoderNew(first.width_px, first.height_px, &options));
  if (!encoder) {
    return problem("pictures of " + std::to_string(first.width_px) + " x " + std::to_string(first.height_px) + " px are too large; lower --height");
  }
  const double start = animation.times_s.front();
  for (std::size_t i = 0; i < animation.pictures.size(); ++i) {
    const ImageU8& image = animation.pictures[i];
    Picture picture;
    if (!picture.usable) return problem("another version of libwebp");
    picture.value.use_argb = 1;
    picture.value.width = image.width_px;
    picture.value.height = image.height_px;
    if (!WebPPictureImportRGB(&picture.value, image.pixels.data(), image.width_px * 3) ||
        !WebPAnimEncoderAdd(encoder.get(), &picture.value, milliseconds(animation.times_s[i] - start), &config)) {
      return problem(WebPAnimEncoderGetError(encoder.get()));
    }
  }
  const std::size_t count = animation.times_s.size();
  const int last = milliseconds(animation.times_s.back() - start);
  const int end = count < 2 ? kAloneMs : last + milliseconds(animation.times_s[count - 1] - animation.times_s[count - 2]);
  Data data;
  if (!WebPAnimEncoderAdd(encoder.get(), nullptr, end, nullptr) || !WebPAnimEncoderAssemble(encoder.get(), &data.bytes)) {
    return problem(WebPAnimEncoderGetError(encoder.get()));
  }
  return write_file_atomically(path, {reinterpret_cast<const char*>(data.bytes.bytes), data.bytes.size});
}

}  // namespace diorama
