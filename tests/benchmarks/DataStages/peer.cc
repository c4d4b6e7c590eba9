// One RE2 of all patterns as alternatives, each a group, over every line: peer PATTERNS FILE ROUNDS. Prints rate and counts.
#include <re2/re2.h>

#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <vector>

int main(int, char** argv) {
  std::ifstream patterns(argv[1]);
  std::vector<std::string> names;
  std::string line, all;
  while (std::getline(patterns, line)) {
    auto space = line.find(' ');
    names.push_back(line.substr(0, space));
    all += (all.empty() ? "(" : "|(") + line.substr(space + 1) + ")";
  }
  re2::RE2::Options options;
  options.set_max_mem(256 << 20);
  re2::RE2 expression(all, options);
  std::stringstream buffer;
  buffer << std::ifstream(argv[2]).rdbuf();
  const std::string text = buffer.str();
  std::vector<re2::StringPiece> groups(names.size() + 1);
  for (int round = 0; round <= std::atoi(argv[3]); round++) {
    std::map<std::string, int> counts;
    const auto before = std::clock();
    for (size_t at = 0; at < text.size();) {
      auto end = text.find('\n', at);
      if (end == std::string::npos) end = text.size();
      re2::StringPiece row(text.data() + at, end - at);
      size_t from = 0;
      // Only texts that match are searched for their groups: the fastest use of the library.
      while (expression.Match(row, from, row.size(), re2::RE2::UNANCHORED, groups.data(), 1)) {
        const size_t start = groups[0].data() - row.data(), length = groups[0].size();
        expression.Match(row, start, start + length, re2::RE2::ANCHOR_START, groups.data(), groups.size());
        for (size_t group = 1; group < groups.size(); group++) {
          if (groups[group].data()) counts[names[group - 1]]++;
        }
        from = start + (length ? length : 1);
      }
      at = end + 1;
    }
    const double seconds = double(std::clock() - before) / CLOCKS_PER_SEC;
    std::cout << "re2 " << int(text.size() / 1e6 / seconds) << " MB/s;";
    for (auto& [name, count] : counts) std::cout << ' ' << name << '=' << count;
    std::cout << std::endl;
  }
}
