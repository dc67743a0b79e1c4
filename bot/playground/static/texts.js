// Every text of the page, in both languages.
export const TEXTS = {
  ko: {
    language: "언어", chats: "대화 목록", back: "대화 목록으로", speakAs: "누구로 말할까요", messages: "메시지",
    write: "메시지 쓰기", send: "보내기", attach: "사진 보내기", commands: "명령", cancel: "취소", start: "시작하기",
    ok: "확인", bot: "봇", typing: "입력 중…", edited: "수정됨", reply: "답장", edit: "수정",
    members: (n) => `회원 ${n}명과 봇`, replyTo: (name) => `${name}에게 답장`, editing: "메시지 수정", photo: "사진",
    file: "파일", sticker: "스티커", noAnswer: "봇이 대답하지 않았어요", offline: "연결이 끊겼어요. 다시 연결하는 중…",
    joined: (who) => `${who} 님이 들어왔어요`, left: (who) => `${who} 님이 나갔어요`, topic: (name) => `주제: ${name}`,
    empty: "아직 메시지가 없어요", deleted: "삭제된 메시지", you: "나",
    about: "이 봇과 대화를 시작해 보세요.",
    note: "이 대화는 이 컴퓨터 안에서만 오가요. 텔레그램으로는 아무것도 보내지 않아요.",
  },
  en: {
    language: "Language", chats: "Chats", back: "Back to the chats", speakAs: "Speak as", messages: "Messages",
    write: "Write a message", send: "Send", attach: "Send a photo", commands: "Commands", cancel: "Cancel", start: "Start",
    ok: "OK", bot: "bot", typing: "typing…", edited: "edited", reply: "Reply", edit: "Edit",
    members: (n) => `${n} members and the bot`, replyTo: (name) => `Reply to ${name}`, editing: "Edit message", photo: "Photo",
    file: "File", sticker: "Sticker", noAnswer: "The bot did not answer", offline: "The connection was lost. Trying again…",
    joined: (who) => `${who} joined`, left: (who) => `${who} left`, topic: (name) => `Topic: ${name}`,
    empty: "No messages yet", deleted: "Deleted message", you: "You",
    about: "Say hello to the bot.",
    note: "This conversation stays on this computer. Nothing is sent to Telegram.",
  },
};

const GROUP = { ko: "우리 모임", en: "Our group" };
const MEMBER = { ko: "회원", en: "Member" };

// The first chats are named by the server in Korean; everything else is shown as it was named.
export const groupTitle = (title, language) => (Object.values(GROUP).includes(title) ? GROUP[language] : title);

export function memberName(name, language) {
  const numbered = /^(?:회원|Member) (\d+)$/.exec(name);
  return numbered ? `${MEMBER[language]} ${numbered[1]}` : name;
}

// Fill in every element that names its text.
export function translate(root, texts) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = texts[node.dataset.text];
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", texts[node.dataset.label]);
    if (node.tagName === "BUTTON") node.title = texts[node.dataset.label];
  }
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = texts[node.dataset.placeholder];
}
