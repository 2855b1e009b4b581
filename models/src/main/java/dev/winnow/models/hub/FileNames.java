package dev.winnow.models.hub;

/** Checks file names that came from a server or an archive. */
final class FileNames {
  private static final int LONGEST_NAME = 1024;
  private static final int LONGEST_SEGMENT = 255;

  private FileNames() {}

  /** Whether the name is relative, stays below its folder and is plain on every file system. */
  static boolean isSafe(String name) {
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      return false;
    }
    for (String segment : name.split("/", -1)) {
      if (segment.isEmpty()
          || segment.length() > LONGEST_SEGMENT
          || segment.equals(".")
          || segment.equals("..")
          || segment.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == '\\' || c == ':')) {
        return false;
      }
    }
    return true;
  }

  /**
   * The name, if it is safe.
   *
   * @throws HubException otherwise
   */
  static String check(String name, String origin) {
    if (!isSafe(name)) {
      throw new HubException(
          "%s lists a file named '%s', which would leave its folder or is not a plain file name;"
                  .formatted(origin, shown(name))
              + " nothing was written. Do not use this source");
    }
    return name;
  }

  /** The part after the last slash. */
  static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** Short and without control characters, for a message. */
  static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > 200 ? plain.substring(0, 200) + "..." : plain;
  }
}
