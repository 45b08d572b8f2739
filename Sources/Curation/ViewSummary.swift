/// What the comparison of views needs of one episode's frames: about 400 bytes.
struct ViewSummary: Sendable {
  /// The medians, over the frames that decode, of mean brightness, of its deviation and of the Laplacian's variance.
  var brightness = Double.nan
  var contrast = Double.nan
  var sharpness = Double.nan
  /// The mean of the frames at 16 × 16 pixels of gray; empty where none decodes.
  var thumbnail: [UInt8] = []
  /// The size of most frames, and steps whose frames have another one.
  var shape = FrameShape()
  var otherShapes: ClosedRange<Int>?
  var otherShapeCount = 0
  /// Steps whose frames are zeros, dark, bright, flat; how many, and from where to where.
  var zero = Marks()
  var dark = Marks()
  var bright = Marks()
  var flat = Marks()
  var missing = Marks()
  /// How many frames decode.
  var frameCount = 0

  /// Marked steps.
  struct Marks: Sendable {
    var count = 0
    /// The longest run of marked steps.
    var longest: ClosedRange<Int>?

    init() {}

    init(_ flags: [Bool]) {
      count = flags.count { $0 }
      longest = runs(flags).max { $0.count < $1.count }
    }
  }

  /// Height, width and channels.
  struct FrameShape: Hashable, Sendable {
    var height = 0
    var width = 0
    var channels = 0

    var text: String { "\(height)×\(width)×\(channels)" }
  }
}
