import FoundationEssentials

/// The smallest images that are worth reading.
public enum TinyImage {
  /// A colour gradient of 16 × 16 pixels as JPEG with three channels (TensorFlow's `encode_jpeg`, quality 75,
  /// optimised).
  public static let jpeg: [UInt8] = [UInt8](
    Data(
      base64Encoded: """
        /9j/4AAQSkZJRgABAQEBLAEsAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5\
        PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAQ\
        ABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAYEAEAAwEAAAAAAAAAAAAAAAAFACIxof/EABQBAQAAAAAAAAAAAAAAAAAAAAD/\
        xAAYEQADAQEAAAAAAAAAAAAAAAAAAwUhMf/aAAwDAQACEQMRAD8Am5wGUi44DKciQ4DKci44DKQpog3uaf/Z
        """) ?? Data())
}
