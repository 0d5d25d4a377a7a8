"""Issues of a repository on github.com or GitHub Enterprise Server."""
