"""Issues of one GitLab project, on gitlab.com or on a server of one's own."""
