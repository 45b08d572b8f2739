internal import ByteIO
internal import ImageCodec
internal import PairShards

/// A frame as an image file that any program shows.
struct FrameFile {
  let bytes: [UInt8]
  /// `jpg` or `png`.
  let suffix: String

  /// The frame of `view` at `step`: as it is encoded, or pixels as PNG.
  ///
  /// - Throws: `PairBuildError` for bytes that are no image, `PairShardError`.
  init(_ episode: PairEpisode, _ view: String, _ step: Int, _ form: PairLayout.Form) throws {
    let found = try episode.frame(view, step)
    func refuse(_ error: ImageError) -> PairBuildError {
      PairBuildError("episode \(episode.ordinal), step \(step), view `\(view)`: \(error)")
    }
    switch form {
    case .encoded:
      do throws(ImageError) {
        let format = try found.withSpan { span throws(ImageError) in try ImageFormat.detect(span) }
        suffix = format == .jpeg ? "jpg" : "png"
      } catch { throw refuse(error) }
      bytes = found.array
    case .pixels(let height, let width):
      do throws(ImageError) {
        bytes = try ImageEncoder.png(
          Raster(shape: ImageShape(height: height, width: width, channels: 3), samples: found.array))
      } catch { throw refuse(error) }
      suffix = "png"
    }
  }
}
