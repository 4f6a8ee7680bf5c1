"""Records behind the menus of configurators: screens, list, search, REST, import, in the attendance."""
