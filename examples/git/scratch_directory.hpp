/// A directory for ourselves among the system's temporary ones, that goes away with its owner.
#ifndef WEFT_EXAMPLES_GIT_SCRATCH_DIRECTORY_HPP
#define WEFT_EXAMPLES_GIT_SCRATCH_DIRECTORY_HPP

#include <filesystem>
#include <stdlib.h>
#include <string>
#include <system_error>

namespace weft_git {

class scratch_directory {
public:
    scratch_directory() {
        std::error_code failed;
        std::string name =
            (std::filesystem::temp_directory_path(failed) / "weft-git-XXXXXX").string();
        if (!failed && ::mkdtemp(name.data()) != nullptr) {
            path_ = name;
        }
    }

    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;

    ~scratch_directory() {
        std::error_code ignored;
        if (!path_.empty()) {
            std::filesystem::remove_all(path_, ignored);
        }
    }

    /// Empty if none could be made.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

}  // namespace weft_git

#endif
